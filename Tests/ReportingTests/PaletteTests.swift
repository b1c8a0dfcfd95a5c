import Testing
@testable import Reporting

@Suite struct PageColours {
  @Test func `the contrast of black on white is 21, and of grey on white as WCAG says`() {
    #expect(abs(Palette.contrast("#000000", "#ffffff") - 21) < 1e-9)
    #expect(abs(Palette.contrast("#767676", "#ffffff") - 4.54) < 0.01)
  }

  @Test func `text has a contrast of 4.5 with the page, in light and dark`() {
    for pair in [Palette.text, Palette.faint, Palette.link] {
      #expect(Palette.contrast(pair.light, Palette.background.light) >= 4.5, "\(pair)")
      #expect(Palette.contrast(pair.dark, Palette.background.dark) >= 4.5, "\(pair)")
    }
  }

  @Test func `marks and series have a contrast of 3 with the page, in light and dark`() {
    for pair in [Palette.mark, Palette.compared] + Palette.series.values {
      #expect(Palette.contrast(pair.light, Palette.background.light) >= 3, "\(pair)")
      #expect(Palette.contrast(pair.dark, Palette.background.dark) >= 3, "\(pair)")
    }
  }

  @Test func `every series that gnuplot draws has its colours in the page`() {
    #expect(Set(Palette.series.keys) == Set(Picture.colors))
    for color in Picture.colors {
      #expect(Palette.style.contains("--s\(color.dropFirst()):"))
    }
  }
}
