#include "replay/exports/diagrams.hpp"

#include "replay/canvas.hpp"
#include "replay/exports/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::exports {
namespace {

constexpr int kPitch = 24;    // from row to row
constexpr int kLine = 16;     // from line to line of a row
constexpr int kHead = 44;     // above the first row
constexpr int kLeft = 110;    // before the first column: the time
constexpr int kColumn = 210;  // from column to column
constexpr int kTrack = 26;    // from layer to layer
constexpr int kText = 620;    // room for words
constexpr int kLetter = 8;    // how wide one is, at most
constexpr auto kLayers = static_cast<std::size_t>(LayerId::kClient);

class Picture {
 public:
  explicit Picture(const Ladder& ladder) : ladder_(ladder) {
    text_x_ = column(ladder.peers.size()) + 24;
    if (ladder.has_layers) {
      tracks_x_ = text_x_;
      text_x_ += kTrack * static_cast<int>(kLayers) + 10;
    }
  }

  Drawing draw() {
    for (const Row& each : ladder_.rows) row(each);
    std::string elements = head();
    const int height = y_ + 12;
    for (std::size_t i = 0; i <= ladder_.peers.size(); ++i) {
      elements += line("life", column(i), kHead - 12, column(i), height);
    }
    for (std::size_t i = 0; ladder_.has_layers && i < kLayers; ++i) {
      elements += line("track", track(i), kHead - 12, track(i), height);
    }
    return {text_x_ + kText, height, elements + rows_};
  }

 private:
  [[nodiscard]] int column(std::size_t index) const {
    return kLeft + kColumn / 2 + kColumn * static_cast<int>(index);
  }
  [[nodiscard]] int track(std::size_t index) const {
    return tracks_x_ + kTrack * static_cast<int>(index);
  }

  static std::string line(std::string_view kind, int x1, int y1, int x2, int y2) {
    return fmt::format(R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)"
                       "\n",
                       kind, x1, y1, x2, y2);
  }
  static std::string text(std::string_view kind, int x, int y, std::string_view words) {
    return fmt::format(R"(<text class="{}" x="{}" y="{}">{}</text>)"
                       "\n",
                       kind, x, y, escaped(words));
  }

  [[nodiscard]] std::string head() const {
    std::string elements;
    for (std::size_t i = 0; i < ladder_.peers.size(); ++i) {
      elements += text("name", column(i), 20, ladder_.peers[i]);
    }
    elements += text("name", column(ladder_.peers.size()), 20, ladder_.engine);
    for (std::size_t i = 0; ladder_.has_layers && i < kLayers; ++i) {
      const std::string layer{lastcall::name(static_cast<LayerId>(i + 1))};
      elements += fmt::format(
          R"x(<text class="layer" x="{0}" y="{1}" transform="rotate(-35 {0} {1})">{2}</text>)x"
          "\n",
          track(i), kHead - 16, escaped(layer));
    }
    return elements;
  }

  void arrow(const Arrow& arrow, int y) {
    const int from = column(arrow.from);
    const int to = column(arrow.to);
    const int step = from < to ? 1 : -1;
    const std::string_view kind = arrow.lost                                         ? "lost"
                                  : arrow.label.empty() || arrow.label.front() > '9' ? "request"
                                  : arrow.label.front() == '1'                       ? "progress"
                                  : arrow.label.front() == '2'                       ? "good"
                                                                                     : "bad";
    rows_ += line(kind, from, y, to - 8 * step, y);
    rows_ += fmt::format(R"(<path class="tip {}" d="M{} {} l{} -4 l0 8 z"/>)"
                         "\n",
                         kind, to, y, -9 * step);
    if (arrow.lost) rows_ += text("cross", (from + to) / 2, y + 5, "x");
    rows_ += text(fmt::format("label {}", kind), (from + to) / 2, y - 4, arrow.label);
  }

  // Over the whole width, in as many lines as it takes.
  void broken_rule(const Row& row) {
    const auto letters = static_cast<std::size_t>((text_x_ + kText - 24) / kLetter);
    y_ += kPitch;
    rows_ += line("rule", 8, y_ - 14, text_x_ + kText - 8, y_ - 14);
    for (const std::string& each : wrapped(inert(row.rule + "   " + row.text), letters)) {
      rows_ += text("rulename", 12, y_, each);
      y_ += kLine;
    }
    rows_ += "</g>\n";
    y_ += kPitch - kLine;
  }

  void row(const Row& row) {
    const std::size_t letters = kText / kLetter;
    const std::vector<std::string> words = wrapped(inert(row.text), letters);
    rows_ += fmt::format("<g class=\"row\" data-row=\"{}\">\n", index_++);
    if (!row.rule.empty()) {
      broken_rule(row);
      return;
    }
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(row.at - ladder_.rows.front().at)
            .count();
    rows_ += text("time", kLeft - 20, y_ + 4, fmt::format("{}.{:03}", ms / 1000, ms % 1000));
    if (row.arrow) arrow(*row.arrow, y_);
    if (ladder_.has_layers && row.track != LayerId::kWorld && row.mark != Mark::kNone) {
      const bool is_wrong = row.mark == Mark::kWrong;
      rows_ += fmt::format(R"(<circle class="{}" cx="{}" cy="{}" r="5"/>)"
                           "\n",
                           is_wrong                    ? "wrong"
                           : row.mark == Mark::kReport ? "report"
                                                       : "fact",
                           track(static_cast<std::size_t>(row.track) - 1), y_);
    }
    for (const std::string& each : words) {
      rows_ += text("words", text_x_, y_ + 4, each);
      y_ += kLine;
    }
    y_ += kPitch - kLine;
    rows_ += "</g>\n";
  }

  const Ladder& ladder_;
  int tracks_x_ = 0;
  int text_x_ = 0;
  int y_ = kHead + 12;
  std::size_t index_ = 0;
  std::string rows_;
};

}  // namespace

Drawing draw_svg(const Ladder& ladder) { return Picture{ladder}.draw(); }

std::string svg_style() {
  return R"(
:root{--paper:#fff;--ink:#1c2329;--dim:#5f6a73;--line:#cdd3d8}
:root{--request:#0b61a4;--good:#2b7a2b;--bad:#b3261e}
@media(prefers-color-scheme:dark){
:root{--paper:#15191d;--ink:#dde3e8;--dim:#8b959d;--line:#3a434b}
:root{--request:#6cb6ff;--good:#7bc77b;--bad:#ff8a80}
}
svg text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:var(--ink)}
svg .name{font-weight:bold;text-anchor:middle}
svg .layer{fill:var(--dim);font-size:11px}
svg .time{text-anchor:end;fill:var(--dim)}
svg .label{text-anchor:middle}
svg .life,svg .track{stroke:var(--line)}
svg .track{stroke-dasharray:2 4}
svg .request{stroke:var(--request);fill:var(--request)}
svg .progress{stroke:var(--dim);fill:var(--dim)}
svg .good{stroke:var(--good);fill:var(--good)}
svg .bad,svg .lost,svg .rule,svg .cross{stroke:var(--bad);fill:var(--bad)}
svg .lost{stroke-dasharray:6 4}
svg text.label,svg text.cross{stroke:none}
svg .rule{stroke-width:2}
svg .rulename{fill:var(--bad);font-weight:bold}
svg .rulename{paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg .fact{fill:var(--ink)}
svg .report{fill:var(--paper);stroke:var(--ink)}
svg .wrong{fill:var(--bad)}
)";
}

std::string to_svg(const Ladder& ladder) {
  const Drawing drawing = draw_svg(ladder);
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}">
<style>{2}svg{{background:var(--paper)}}
</style>
{3}</svg>
)",
      drawing.width, drawing.height, svg_style(), drawing.elements);
}

std::string to_mermaid(const Ladder& ladder) {
  std::string text = "sequenceDiagram\n";
  const std::size_t last = ladder.peers.size();
  for (std::size_t i = 0; i <= last; ++i) {
    text += fmt::format("  participant P{} as {}\n", i,
                        mermaid_text(i == last ? ladder.engine : ladder.peers[i]));
  }
  for (const Row& row : ladder.rows) {
    if (row.arrow) {
      text += fmt::format("  P{}{}P{}: {}\n", row.arrow->from, row.arrow->lost ? "-x" : "->>",
                          row.arrow->to, mermaid_text(row.arrow->label + "  " + row.text));
      continue;
    }
    const std::string words = row.rule.empty() ? row.text : row.rule + ": " + row.text;
    text += fmt::format("  Note over P0,P{}: {}\n", last, mermaid_text(words));
  }
  return text;
}

}  // namespace lastcall::replay::exports
