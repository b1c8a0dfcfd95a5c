import Formats
import Mixtures
import Storage
import TestSupport
import Testing

struct CSVTableTests {
  private func table(_ text: String) throws -> CSVTable {
    let folder = try TemporaryFolder()
    return try CSVTable(reading: folder.write("table.csv", text))
  }

  private func problem(_ text: String) -> String {
    do {
      _ = try table(text)
      return "none"
    } catch { return (error as? FileError)?.message ?? "\(error)" }
  }

  @Test func `keys, columns and missing values, with quotes and DOS line ends`() throws {
    let table = try table("run,\"a, b\",c\r\nr1,0.5,\r\n\"r \"\"2\"\"\",1e-3,2\r\n")
    #expect(table.keys == ["r1", "r \"2\""] && table.columns == ["a, b", "c"])
    #expect(table.rows[0][0] == 0.5 && table.rows[0][1].isNaN && table.rows[1] == [0.001, 2])
  }

  @Test func `a field in quotes has line breaks, spaces and blank records say nothing`() throws {
    let table = try table(
      "sep=,\r\n\r\n,,\r\nrun , Notes,\"loss\na\"\r\n r1,\"two\r\nlines, \"\"x\"\"\", 3\r\n"
        + ",,\r\nr2,-,#N/A\r\n")
    #expect(table.keys == ["r1", "r2"] && table.columns == ["loss\na"])
    #expect(table.rows[0] == [3] && table.rows[1][0].isNaN && table.setAside == ["Notes"])
    #expect(
      problem("run,a\nx,1\n\"y,2\nz,3\n").hasSuffix("line 3: a quote is never closed"))
    #expect(problem("run,a,b\n\"x\n1\",2,oh\ny,3,inf\ny,4,5\n").contains("line 5: run y was"))
  }

  @Test func `weights in words are refused, seeds and steps are no losses`() throws {
    let spelled = try table("run,weight_a,weight_b,loss\nx,20%,80%,3\ny,50%,50%,2\n")
    let error = #expect(throws: FileError.self) { try RunColumns(spelled) }
    #expect(
      error?.message.hasSuffix(
        "line 2: weight_a is 20%, no finite number; leave it empty if there is none") == true)
    let seeded = try table("run,weight_a,weight_b,loss,seed,Step\nx,1,0,3,1,9\ny,0,1,2,2,8\n")
    #expect(seeded.setAside == ["seed", "Step"])
    #expect(try RunColumns(seeded)?.losses == [2])
    #expect(throws: FileError.self) { try RunColumns(seeded, losses: ["weight*"]) }
  }

  @Test func `a file of runs is told by its first line`() throws {
    let folder = try TemporaryFolder()
    func file(_ text: String) throws -> RunsFile {
      try RunsFile(reading: folder.write("runs", text))
    }
    let line = "{\"id\":\"x\",\"weights\":{\"a\":1},\"losses\":{\"a\":2}}\n"
    for text in [line, "\n \n \(line)\n", "\u{FEFF}\(line)"] {
      guard case .lines(let table) = try file(text) else {
        throw FileError.content(path: text, problem: "columns")
      }
      #expect(table.runs.map(\.id) == ["x"])
    }
    for text in ["run,a,b\nx,1,2\n", "\n\nrun,a,b\nx,1,2\n"] {
      guard case .columns(let table) = try file(text) else {
        throw FileError.content(path: text, problem: "lines")
      }
      #expect(table.keys == ["x"])
    }
    for (text, problem) in [
      ("", "holds no runs"), ("run\ta\nx\t1\n", "separated by tabs"),
      ("hello\n", "is not valid JSON"),
      ("PAR1,,,", "a Parquet file"), ("[1,2]\n", "JSON of another kind"),
    ] {
      let error = #expect(throws: FileError.self) { try file(text) }
      #expect(error?.message.contains(problem) == true, "\(error?.message ?? text)")
    }
  }

  @Test func `runs with an id and a name, as Olmix writes them`() throws {
    let table = try table("run_id,name,web,code\nab12,small run,0.5,0.5\n")
    #expect(table.keys == ["ab12"] && table.columns == ["web", "code"])
  }

  @Test func `an index that pandas wrote has no title`() throws {
    #expect(try table(",a,b\n0,1,2\n1,3,4\n").keys == ["0", "1"])
  }

  @Test func `what pandas and W&B keep for themselves is set aside, and named`() throws {
    let saved = try table("Unnamed: 0,a_loss,b_loss\n0,1,2\n1,3,4\n")
    #expect(saved.keys == ["0", "1"] && saved.columns == ["a_loss", "b_loss"])
    #expect(saved.setAside.isEmpty)
    let logged = try table("run,Unnamed: 0,_step,a_loss,_timestamp\nx,0,7,1,1e9\n")
    #expect(logged.columns == ["a_loss"] && logged.rows == [[1]])
    #expect(logged.setAside == ["Unnamed: 0", "_step", "_timestamp"])
    let shown = try table("run,level_0,a_loss,a_loss__MIN,a_loss__MAX,Runtime\nx,0,2,1,9,60\n")
    #expect(shown.columns == ["a_loss"])
    #expect(shown.setAside == ["level_0", "a_loss__MIN", "a_loss__MAX", "Runtime"])
  }

  @Test func `a table that W&B exports is read as it is`() throws {
    let table = try table(
      "\"\",\"Name\",\"State\",\"_step\",\"weights/web\",\"weights/code\",\"eval/web_loss\","
        + "\"eval/code_loss\",\"lr\",\"weight_decay\"\n"
        + "0,sun,finished,9,70,30.1,3,NaN,0.01,0.1\n1,moon,finished,9,20,80,2,null,0.01,0.1\n"
        + "2,sea,crashed,9,50,49.8,2.5,1.5,0.01,0.1\n")
    #expect(table.keys == ["sun", "moon", "sea"])
    #expect(table.setAside == ["State", "_step"])
    let columns = try #require(try RunColumns(table))
    #expect(columns.settings == ["lr", "weight_decay"])
    let runs = try #require(try ObservedRun.reading(table))
    #expect(runs[1].mixture.byName == ["web": 0.2, "code": 0.8])
    #expect(runs.map { $0.losses.keys.sorted() } == [["web"], ["web"], ["code", "web"]])
    let one = try #require(try RunColumns(table, losses: ["*web_loss", "lr"]))
    #expect(one.losses.map { table.columns[$0] } == ["eval/web_loss", "lr"] && one.settings == [])
  }

  @Test func `patterns say which columns are weights`() throws {
    let table = try table("run,mix.a,mix.b,loss\nx,0.5,0.5,3\ny,0.4,0.6,2\n")
    #expect(try RunColumns(table) == nil)
    let columns = try #require(try RunColumns(table, weights: ["mix.*"]))
    let runs = try #require(try ObservedRun.reading(table, columns))
    #expect(runs[1].mixture.byName == ["a": 0.4, "b": 0.6] && runs[1].losses["loss"]?.nats == 2)
    let error = #expect(throws: FileError.self) { try RunColumns(table, losses: ["los"]) }
    #expect(error?.message.contains("los fits no column of numbers; did you mean loss?") == true)
  }

  @Test func `words that all columns share are dropped from both ends`() throws {
    let mixtures = try table("index,train_the_pile_arxiv,train_the_pile_pile_cc\n1,0.4,0.6\n")
    #expect(mixtures.shortColumns == ["arxiv", "pile_cc"])
    let losses = try table(
      "index,metric/the_pile_arxiv_val_loss,metric/the_pile_pile_cc_val_loss\n1,4,5\n")
    #expect(losses.shortColumns == ["arxiv", "pile_cc"])
    #expect(try table("run,a,ab\n1,0,1\n").shortColumns == ["a", "ab"])
    #expect(try table("run,x_a\n1,0\n").shortColumns == ["x_a"])
    let runs = try ObservedRun.joining(weights: mixtures, losses: losses)
    #expect(runs[0].mixture["pile_cc"] == 0.6 && runs[0].losses["arxiv"]?.nats == 4)
  }

  @Test func `columns of scale stand aside, and rows of one key differ in them`() throws {
    let runs = try table(
      "run,parameters,tokens,weight_a,weight_b,a_loss,b_loss\n"
        + "m,1e8,2e9,0.25,0.75,3,4\nm,1e8,4e9,0.25,0.75,2,\n")
    #expect(runs.columns == ["weight_a", "weight_b", "a_loss", "b_loss"])
    #expect(runs.scales == [[1e8, 2e9], [1e8, 4e9]])
    let read = try #require(try ObservedRun.reading(runs))
    #expect(read.map { $0.scale?.tokens } == [2e9, 4e9] && read[0].parameters == 100_000_000)
    #expect(read[0].mixture["b"] == 0.75 && read[1].losses.keys.sorted() == ["a"])
    let weights = try table("run,a,b\nm,0.5,0.5\n")
    #expect(try ObservedRun.reading(weights) == nil)
    let losses = try table("run,tokens,a_loss,b_loss\nm,2e9,3,4\nm,4e9,2,3\n")
    let joined = try ObservedRun.joining(weights: weights, losses: losses)
    #expect(joined.map(\.totalTokens) == [2e9, 4e9] && joined[1].losses["a"]?.nats == 2)
    #expect(
      problem("run,tokens,a\nm,5,1\nm,5,2\n")
        .contains("line 3: run m was given on line 2 already at the same parameters and tokens"))
    #expect(problem("run,tokens,a\nm,0,1\n").contains("tokens is 0.0; give a count above 0"))
  }

  @Test func `scales are short for people`() {
    #expect(
      [122e6, 25.92e9, 999.9e6, 1e12, 8016, 12].map { ModelScale.short($0) }
        == ["122M", "25.9B", "1B", "1T", "8.02k", "12"])
  }

  @Test func `bad tables are refused with the line`() {
    #expect(problem("a,b\n1,2\n").contains("no column is named run"))
    #expect(problem("run,a\nx,1\nx,2\n").contains("line 3: run x was given on line 2"))
    #expect(problem("run,a,b\nx,1,2\ny,inf,2\n").contains("line 3: a is inf"))
    #expect(problem("run,a\nx,good\n").contains("line 2: a is good, no finite number"))
    #expect(problem("run,a\nx,1,2\n").contains("line 2: has 3 fields"))
    #expect(problem("run,a,a\nx,1,2\n").contains("column a is there twice"))
    #expect(problem("run,a\n\"x,1\n").contains("a quote is never closed"))
    #expect(problem("run,a\n").contains("holds no runs"))
  }

  @Test func `runs of one table without the other are refused`() throws {
    let weights = try table("run,a,b\nx,0.5,0.5\ny,0.5,0.5\n")
    let losses = try table("run,a\nx,1\n")
    #expect(throws: FileError.self) { try ObservedRun.joining(weights: weights, losses: losses) }
    let heavy = try table("run,a,b\nx,0.7,0.5\n")
    #expect(throws: FileError.self) { try ObservedRun.joining(weights: heavy, losses: losses) }
  }
}
