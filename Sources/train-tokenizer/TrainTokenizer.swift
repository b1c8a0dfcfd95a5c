@main
struct TrainTokenizer { static func main() {} }
