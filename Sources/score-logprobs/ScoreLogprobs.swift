@main
struct ScoreLogprobs { static func main() {} }
