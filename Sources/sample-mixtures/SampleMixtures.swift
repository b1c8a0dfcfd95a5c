@main
struct SampleMixtures { static func main() {} }
