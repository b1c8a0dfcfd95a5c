@main
struct MdeFeatures { static func main() {} }
