@main
struct TokenizeShards { static func main() {} }
