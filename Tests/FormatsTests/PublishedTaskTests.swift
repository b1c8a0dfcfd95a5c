import Formats
import Storage
import Tasks
import TestSupport
import Testing

/// Task files as their authors publish them, with questions made up here.
struct PublishedTaskTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ text: String) throws -> String {
    try folder.write(name, text)
  }

  /// Expects one question with these prompts and answers, and with this one right.
  private func expect(
    _ question: Question, _ prompts: [String], _ answers: [String], _ correct: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(question.candidates.map(\.prompt) == prompts, sourceLocation: sourceLocation)
    #expect(question.candidates.map(\.answer) == answers, sourceLocation: sourceLocation)
    #expect(question.correct == correct, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    // ARC and OpenBookQA, CommonsenseQA, and Hugging Face's copies of them
    """
    {"id":"x","question":{"stem":"What is wet?","choices":\
    [{"text":"sand","label":"A"},{"text":"rain","label":"B"}]},"answerKey":"B"}
    """,
    """
    {"id":"x","question":{"stem":"What is wet?","choices":\
    [{"text":"sand","label":"1"},{"text":"rain","label":"2"}]},"answerKey":"2"}
    """,
    """
    {"answerKey":"B","id":"x","question":{"question_concept":"rain","choices":\
    [{"label":"A","text":"sand"},{"label":"B","text":"rain"}],"stem":"What is wet?"}}
    """,
    """
    {"id":"x","question":"What is wet?","choices":\
    {"text":["sand","rain"],"label":["A","B"]},"answerKey":"B"}
    """,
    """
    {"id":"x","question_stem":"What is wet?","choices":\
    {"text":["sand","rain"],"label":["A","B"]},"answerKey":"B"}
    """,
  ])
  func `a stem with labelled choices`(line: String) throws {
    let set = try TaskSet.read([try file("arc.jsonl", line + "\n")])[0]
    #expect(set.name == "arc")
    let prompt = "Question: What is wet?\nAnswer:"
    expect(set.questions[0], [prompt, prompt], ["sand", "rain"], 1)
  }

  @Test func `BoolQ as published and in SuperGLUE`() throws {
    let lines = """
      {"question":"is rain wet","title":"Rain","answer":true,"passage":"Rain is wet."}
      {"question":"is sand wet?","passage":"Rain is wet.","idx":1,"answer":false}
      {"question":"is rain wet","passage":"Rain is wet.","idx":2,"label":true}
      """
    let questions = try TaskSet.read([try file("boolq.jsonl", lines)])[0].questions
    let prompt = "Rain is wet.\nQuestion: is rain wet?\nAnswer:"
    expect(questions[0], [prompt, prompt], ["no", "yes"], 1)
    #expect(questions[1].correct == 0 && questions[1].candidates[0].prompt.contains("wet?\n"))
    #expect(questions[2] == questions[0])
  }

  @Test(arguments: [
    """
    {"idx":0,"version":1.1,"passage":{"text":"It rains.","questions":[{"question":"What?","idx":0,\
    "answers":[{"text":"rain","label":1},{"text":"","label":0},{"text":"sun","label":0},\
    {"text":"water","label":1}]},{"question":"Who?","answers":[{"text":"me","label":0}]}]}}
    """,
    """
    {"data":[{"id":"x","paragraph":{"text":"<b>Sent 1: </b>It rains.<br>","questions":\
    [{"question":"What?","answers":[{"text":"rain","isAnswer":true},\
    {"text":"sun","isAnswer":false},{"text":"water","isAnswer":true}]}]}}]}
    """,
  ])
  func `MultiRC asks once for each right answer, beside the wrong ones`(line: String) throws {
    let questions = try TaskSet.read([try file("multirc.json", line)])[0].questions
    let prompt = "It rains.\nQuestion: What?\nAnswer:"
    try #require(questions.count == 2)
    expect(questions[0], [prompt, prompt], ["rain", "sun"], 0)
    expect(questions[1], [prompt, prompt], ["sun", "water"], 1)
  }

  @Test func `PIQA, SIQA and WinoGrande have their labels in a file beside them`() throws {
    let piqa = try file(
      "piqa.jsonl",
      """
      {"goal":"Dry a floor","sol1":"use a cloth","sol2":"use a cup"}
      {"goal":"Cut bread","sol1":"use a spoon","sol2":"use a knife"}
      """)
    _ = try file("piqa-labels.lst", "0\n1\n")
    let questions = try TaskSet.read([piqa])[0].questions
    let prompt = "Question: Dry a floor\nAnswer:"
    expect(questions[0], [prompt, prompt], ["use a cloth", "use a cup"], 0)
    #expect(questions[1].correct == 1)

    let siqa = try file(
      "siqa.jsonl",
      """
      {"context":"Ann fell.","question":"How is she?","answerA":"well","answerB":"hurt",\
      "answerC":"rich"}
      """)
    _ = try file("siqa-labels.lst", "2\n")
    let social = try TaskSet.read([siqa])[0].questions[0]
    let asked = "Ann fell.\nQuestion: How is she?\nAnswer:"
    expect(social, [asked, asked, asked], ["well", "hurt", "rich"], 1)

    let winogrande = try file(
      "winogrande.jsonl",
      """
      {"qID":"a-1","sentence":"Ann beat Bea, so _ won.","option1":"Ann","option2":"Bea"}
      """)
    _ = try file("winogrande-labels.lst", "1\n")
    let blank = try TaskSet.read([winogrande])[0].questions[0]
    expect(blank, ["Ann beat Bea, so Ann", "Ann beat Bea, so Bea"], ["won.", "won."], 0)
  }

  @Test func `HellaSwag loses the marks of its sources`() throws {
    let line = """
      {"ind":4,"activity_label":"Baking","ctx_a":"[header] Bake","ctx_b":"",\
      "ctx":"[header] Bake bread [title] Mix. ","label":1,\
      "endings":["[step] Eat.","Wait  a while."]}
      """
    let question = try TaskSet.read([try file("hellaswag.jsonl", line)])[0].questions[0]
    let prompt = "Baking: Bake bread. Mix."
    expect(question, [prompt, prompt], ["Eat.", "Wait a while."], 1)
  }

  @Test func `COPA joins premise and choice by because or therefore`() throws {
    let lines = """
      {"premise":"It rained.","choice1":"The sun shone.","choice2":"The street got wet.",\
      "question":"effect","label":1,"idx":0}
      {"premise":"It rained.","choice1":"Clouds came.","choice2":"I slept.","question":"cause",\
      "label":0,"idx":1}
      """
    let questions = try TaskSet.read([try file("copa.jsonl", lines)])[0].questions
    let prompt = "It rained, therefore"
    expect(questions[0], [prompt, prompt], ["the sun shone.", "the street got wet."], 1)
    #expect(
      questions[1].candidates[0] == .init(prompt: "It rained, because", answer: "clouds came."))
  }

  @Test func `LAMBADA asks for the last word, of JSON lines or of lines of text`() throws {
    let json = try TaskSet.read([try file("lambada.jsonl", #"{"text":"he went\nhome again"}"#)])[0]
    expect(json.questions[0], ["he went\nhome"], ["again"], 0)
    let path = try file("plain.txt", "he went home again\nshe too\n")
    let plain = try TaskSet("LAMBADA", from: TaskSource(path), format: .lambada)
    #expect(plain.name == "LAMBADA" && plain.questions.count == 2)
    expect(plain.questions[0], ["he went home"], ["again"], 0)
  }

  @Test func `llm-foundry's three kinds`() throws {
    let query = try TaskSet.read([
      try file("a.jsonl", #"{"query":"Question: Wet?","choices":["no","rain"],"gold":1}"#)
    ])[0].questions[0]
    expect(query, ["Question: Wet?", "Question: Wet?"], ["no", "rain"], 1)
    let contexts = try TaskSet.read([
      try file(
        "b.jsonl", #"{"context_options":["so Ann","so Bea"],"continuation":"won.","gold":0}"#)
    ])[0].questions[0]
    expect(contexts, ["so Ann", "so Bea"], ["won.", "won."], 0)
    let word = try TaskSet.read([
      try file("c.jsonl", #"{"context":"he went","continuation":"home"}"#)
    ])[0].questions[0]
    expect(word, ["he went"], ["home"], 0)
  }

  @Test(arguments: [
    ("a.jsonl", "a"), ("b.dev.jsonl.zst", "b.dev"), ("c.json.gz", "c"), ("d", "d"), ("e.x", "e"),
  ])
  func `a task that no line names has the name of its file`(name: String, task: String) throws {
    let path = try folder.write(name, lines: [#"{"context":"he went","continuation":"home"}"#])
    #expect(try TaskSet.read([path])[0].name == task)
  }

  @Test(arguments: ["python3 -m zipfile -c t.zip data", "tar -czf t.zip data"])
  func `a file inside an archive, with its labels`(command: String) throws {
    _ = try file("data/README.md", "Not a task.\n")
    _ = try file("data/dev-labels.lst", "1\n")
    _ = try file("data/dev.jsonl", #"{"goal":"Cut bread","sol1":"a spoon","sol2":"a knife"}"#)
    _ = try file("data/train.jsonl", #"{"goal":"Fly","sol1":"a car","sol2":"a kite"}"#)
    try folder.shell(command)
    let set = try TaskSet.read(["\(folder.path)/t.zip:dev.jsonl"])[0]
    #expect(set.name == "dev" && set.questions.count == 1 && set.questions[0].correct == 1)
    let missing = #expect(throws: FileError.self) {
      try TaskSet("x", from: TaskSource("\(folder.path)/t.zip:test.jsonl"), format: .piqa)
    }
    #expect(missing?.message == "\(folder.path)/t.zip: holds no file test.jsonl with lines in it")
  }

  @Test(arguments: [
    (#"{"goal":"x","sol1":"a","sol2":"b"}"#, "line 1: has no label, and no file -labels.lst"),
    (#"{"goal":"x","sol1":"a","sol2":" ","label":0}"#, "line 1: choice 1 is empty"),
    (
      #"{"question":{"stem":"x","choices":[{"text":"a","label":"A"}]},"answerKey":"B"}"#,
      "line 1: answerKey B is none of its choices, A"
    ),
    (#"{"question":{"stem":"x","choices":[]},"answerKey":"A"}"#, "line 1: answerKey A is none"),
    (
      #"{"question":{"stem":"x","choices":[{"text":"a","label":"A"}]}}"#, "line 1: has no label"
    ),
    (#"{"ctx":"a","endings":["b","c"],"label":2}"#, "line 1: answer 2 is none of its 2 choices"),
    (#"{"ctx":"a","endings":["b","c"],"label":""}"#, "line 1: has no label"),
    (#"{"sentence":"no blank","option1":"a","option2":"b","answer":"1"}"#, "line 1: its sentence"),
    (
      #"{"premise":"a","choice1":"b","choice2":"c","question":"why","label":0}"#,
      "line 1: question why"
    ),
    (#"{"text":"word"}"#, "line 1: its text is a single word"),
    (#"{"text":"a corpus","meta":{"set":"Books"}}"#, "line 1: has the fields meta, text, which no"),
    (#"[{"goal":"x","sol1":"a","sol2":"b","label":5}]"#, "item 1: answer 5 is none of its 2"),
    (#"{"goal":1,"sol1":"a","sol2":"b","label":1}"#, #"line 1: field "goal" has the wrong type"#),
    ("plain text\n", "line 1: is not valid JSON"),
  ])
  func `what is wrong is said with its place`(text: String, problem: String) throws {
    let path = try file("bad.jsonl", text)
    let error = #expect(throws: FileError.self) { try TaskSet.read([path]) }
    #expect(error?.kind == .badData)
    #expect(error?.message.hasPrefix("\(path): \(problem)") == true, "\(error?.message ?? "")")
  }

  @Test func `labels have to be as many as the records, and numbers`() throws {
    let path = try file("p.jsonl", #"{"goal":"x","sol1":"a","sol2":"b"}"#)
    for (labels, problem) in [
      ("0\n1\n", "has 2 labels for 1 records of"), ("", "has 0 labels"), ("yes\n", "label yes"),
    ] {
      _ = try file("p-labels.lst", labels)
      let error = #expect(throws: FileError.self) { try TaskSet.read([path]) }
      #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `a file of another format than the table says is refused by both names`() throws {
    let path = try file("x.jsonl", #"{"goal":"x","sol1":"a","sol2":"b","label":0}"#)
    let error = #expect(throws: FileError.self) {
      try TaskSet("x", from: TaskSource(path), format: .boolq)
    }
    #expect(
      error?.message
        == "\(path): line 1: is of the format piqa, not of boolq, plain, llm-foundry")
  }
}
