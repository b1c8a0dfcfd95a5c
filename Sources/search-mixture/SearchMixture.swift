@main
struct SearchMixture { static func main() {} }
