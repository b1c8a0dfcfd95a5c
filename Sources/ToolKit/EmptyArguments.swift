/// Says which of `arguments` is empty, as those are of variables that are not set; nil if none is.
func emptyArgument(in arguments: some Sequence<String>) -> String? {
  var before = ""
  for argument in arguments {
    let isFlag = argument.hasPrefix("--") && argument.firstIndex(of: "=") == argument.indices.last
    if argument.isEmpty || isFlag {
      let flag = isFlag ? String(argument.dropLast()) : before.hasPrefix("-") ? before : nil
      return "\(flag ?? "an argument") is empty; is a variable of the shell not set?"
    }
    before = argument
  }
  return nil
}
