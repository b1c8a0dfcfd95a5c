@main
struct TrainExpert { static func main() {} }
