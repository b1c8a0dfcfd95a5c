@main
struct EvaluateTasks { static func main() {} }
