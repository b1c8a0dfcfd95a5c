@main
struct RenderReport { static func main() {} }
