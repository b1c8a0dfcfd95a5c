@main
struct FitRegressor { static func main() {} }
