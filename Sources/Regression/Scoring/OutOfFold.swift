package import Parallel

/// A family's predictions of every run, by a fit that has not seen it.
package struct OutOfFold: Equatable, Sendable {
  /// The predictions in nats per token, (repeats, runs, sets).
  package let predictions: [[[Double]]]
  /// The standard deviations of the objective that the family stated, (repeats, runs); nil if it
  /// states none.
  package let deviations: [[Double]]?

  package init(predictions: [[[Double]]], deviations: [[Double]]? = nil) {
    (self.predictions, self.deviations) = (predictions, deviations)
  }

  /// The predictions, mean over the repeats, (runs, sets).
  package var means: [[Double]] {
    predictions[0].indices.map { run in
      predictions[0][run].indices.map { set in
        predictions.reduce(0) { $0 + $1[run][set] } / Double(predictions.count)
      }
    }
  }

  /// The stated standard deviations, root mean square over the repeats, by run; nil if there are
  /// none.
  package var meanDeviations: [Double]? {
    deviations.map { rows in
      rows[0].indices.map { run in
        (rows.reduce(0) { $0 + $1[run] * $1[run] } / Double(rows.count)).squareRoot()
      }
    }
  }

  /// Predicts all runs by all families on the same folds; scales, penalties, floors and every other
  /// choice are made again in every fold.
  ///
  /// - Throws: `FitError` of the first fit that failed.
  package static func predictions(
    of families: [any Family], _ data: RegressionData, _ folds: Folds, pool: WorkerPool?
  ) throws(FitError) -> [OutOfFold] {
    let tasks = families.indices.flatMap { family in
      folds.repeats.indices.flatMap { turn in
        folds.repeats[turn].indices.map { (family: family, turn: turn, fold: $0) }
      }
    }
    let results = each(tasks.count, pool) { index -> Result<[Row], FitError> in
      let task = tasks[index]
      let held = folds.repeats[task.turn][task.fold]
      do throws(FitError) {
        return .success(try rows(held, by: families[task.family], data))
      } catch { return .failure(error) }
    }
    let empty = [[Double]](repeating: [], count: data.count)
    var predictions = families.map { _ in folds.repeats.map { _ in empty } }
    var deviations = families.map { _ in folds.repeats.map { _ in data.ids.map { _ in Double.nan } }
    }
    for (task, result) in zip(tasks, results) {
      for row in try result.get() {
        predictions[task.family][task.turn][row.run] = row.losses
        if let deviation = row.deviation {
          deviations[task.family][task.turn][row.run] = deviation
        }
      }
    }
    return families.indices.map { family in
      OutOfFold(
        predictions: predictions[family],
        deviations: deviations[family].joined().contains(where: \.isNaN) ? nil : deviations[family])
    }
  }

  private struct Row {
    let run: Int
    let losses: [Double]
    let deviation: Double?
  }

  /// Predicts the runs `held` by a fit of `family` to all others.
  private static func rows(
    _ held: [Int], by family: any Family, _ data: RegressionData
  ) throws(FitError) -> [Row] {
    let isHeld = Set(held)
    let fit = try family.fit(data.restricted(to: data.ids.indices.filter { !isHeld.contains($0) }))
    return held.map { run in
      Row(
        run: run, losses: fit.predict(data.point(run)),
        deviation: fit.variance(at: data.point(run), of: data.objective)?.deviation)
    }
  }
}
