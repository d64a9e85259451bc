#include "replay/ladder.hpp"

#include "engine/base/check.hpp"
#include "replay/canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lastcall::replay {
namespace {

constexpr std::size_t kWidthMin = 60;
constexpr std::size_t kTimeEnds = 10;  // "  12.345  "
constexpr std::size_t kTextMin = 20;
// Of a call; the registration of an address is none.
constexpr auto kTracks = static_cast<std::size_t>(LayerId::kClient);

struct GlyphSet {
  std::string_view wire, track, dash, right, left, lost, head, rule;
  std::array<std::string_view, 7> marks;  // by Mark
};
constexpr GlyphSet kUnicode{
    "│", "┊", "─", "▶", "◀", "✗", "╷", "━", {" ", "○", "●", "◐", "■", "?", "✗"}};
constexpr GlyphSet kAscii{
    "|", ":", "-", ">", "<", "x", ".", "=", {" ", "o", "*", "@", "#", "?", "X"}};

// Where everything stands.
struct Plan {
  std::vector<std::size_t> wire;  // columns of the peers, then of the engine
  std::size_t tracks = 0;         // of the first layer
  std::size_t layers = kTracks;   // that are shown
  std::size_t pitch = 3;          // from track to track
  std::size_t text = 0;
  std::size_t width = 0;

  [[nodiscard]] std::size_t track(std::size_t nth) const { return tracks + pitch * nth; }
  [[nodiscard]] std::size_t track(LayerId layer) const {
    return track(static_cast<std::size_t>(layer) - 1);
  }
};

Plan plan_for(const Ladder& ladder, const LadderStyle& style) {
  Plan plan{.wire = {}, .width = std::max(style.width, kWidthMin)};
  const bool narrow = plan.width < 80;
  const std::size_t peers = ladder.peers.size();
  const std::size_t wide = ladder.has_layers ? 20 : 28;
  const std::size_t gap = narrow ? 14 : (peers == 1 ? wide : 18);
  std::size_t column = kTimeEnds + (narrow ? 1 : 3);
  for (std::size_t i = 0; i <= peers; ++i, column += gap) plan.wire.push_back(column);
  if (narrow) plan.pitch = 2;
  plan.tracks = plan.wire.back() + (narrow ? 4 : 5);
  plan.text = plan.track(kTracks - 1) + (narrow ? 3 : 4);
  if (!ladder.has_layers) {
    plan.layers = 0;
    plan.text = plan.wire.back() + 3;
  }
  // Text needs room, however many peers there are.
  plan.width = std::max(plan.width, plan.text + kTextMin);
  return plan;
}

class Drawing {
 public:
  Drawing(const Ladder& ladder, const LadderStyle& style)
      : ladder_(ladder),
        style_(style),
        plan_(plan_for(ladder, style)),
        glyphs_(style.ascii ? kAscii : kUnicode) {}

  std::string draw();

 private:
  void head();
  void put_names(Line& line) const;
  void row(const Row& row);
  void broken(const Row& row);
  void lifelines(Line& line) const;
  void arrow(Line& line, const Arrow& arrow) const;
  void print(const Line& line) { text_ += line.print(style_.color); }

  const Ladder& ladder_;
  const LadderStyle& style_;
  const Plan plan_;
  const GlyphSet& glyphs_;
  std::string text_;
  std::string time_;  // of the row before
};

// The names of the actors, and beside them each layer's name over its track:
//
//      bob               alice  ╷ Transaction
//       │                   │   ┊  ╷ Dialog
void Drawing::head() {
  for (std::size_t i = 0; i < std::max<std::size_t>(plan_.layers, 1); ++i) {
    Line line;
    if (i > 0) lifelines(line);
    for (std::size_t j = i; j < plan_.layers; ++j) {
      line.put(plan_.track(j), " ", Ink::kNormal);
    }
    if (i == 0) put_names(line);
    if (plan_.layers > 0) {
      const auto layer = static_cast<LayerId>(i + 1);
      line.put(plan_.track(layer), glyphs_.head, Ink::kDim);
      line.put(plan_.track(layer) + 2, name(layer), Ink::kBold);
    }
    print(line);
  }
}

void Drawing::put_names(Line& line) const {
  for (std::size_t actor = 0; actor < plan_.wire.size(); ++actor) {
    const bool is_engine = actor == ladder_.peers.size();
    const std::string name = inert(is_engine ? ladder_.engine : ladder_.peers[actor]);
    const std::size_t half =
        std::min(width_of(name) / 2, is_engine && ladder_.has_layers ? 8U : kTimeEnds);
    line.put(plan_.wire[actor] - half, name, Ink::kBold);
  }
}

void Drawing::lifelines(Line& line) const {
  for (const std::size_t column : plan_.wire) line.put(column, glyphs_.wire, Ink::kDim);
  for (std::size_t i = 0; i < plan_.layers; ++i) {
    line.put(plan_.track(i), glyphs_.track, Ink::kDim);
  }
}

Ink ink_of(std::string_view label) {
  if (label.empty() || label.front() < '0' || label.front() > '9') return Ink::kRequest;
  if (label.front() == '1') return Ink::kNormal;
  return label.front() == '2' ? Ink::kGood : Ink::kBad;
}

// ├──── BYE ────▶│, across the lines of the actors between.
void Drawing::arrow(Line& line, const Arrow& arrow) const {
  CHECK(arrow.from < plan_.wire.size() && arrow.to < plan_.wire.size(),
        "an arrow goes from column to column");
  const std::size_t low = plan_.wire[std::min(arrow.from, arrow.to)] + 1;
  const std::size_t high = plan_.wire[std::max(arrow.from, arrow.to)];
  const bool to_right = arrow.from < arrow.to;
  const Ink ink = arrow.lost ? Ink::kBad : ink_of(arrow.label);
  for (std::size_t column = low; column < high; ++column) line.put(column, glyphs_.dash, ink);
  const std::size_t tip = to_right ? high - 1 : low;
  line.put(tip, arrow.lost ? glyphs_.lost : (to_right ? glyphs_.right : glyphs_.left), ink);
  std::string label = inert(arrow.label);
  const std::size_t room = high - low - 3;  // beside the tip and two spaces
  if (label.size() > room) label.resize(room);
  const std::size_t begin = low + (room - label.size() + (to_right ? 1 : 2)) / 2;
  line.put(to_right ? begin : std::max(begin, low + 1), " " + label + " ", ink);
}

Ink ink_of(Mark mark) {
  switch (mark) {
    case Mark::kEnding:
    case Mark::kEnd:
      return Ink::kEnding;
    case Mark::kWrong:
      return Ink::kBroken;
    case Mark::kReport:
      return Ink::kNormal;
    default:
      return Ink::kBold;
  }
}

void Drawing::row(const Row& row) {
  const Duration since = row.at - ladder_.rows.front().at;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  std::string time = fmt::format("{:>4}.{:03}", ms / 1000, ms % 1000);
  const std::vector<std::string> words = wrapped(inert(row.text), plan_.width - plan_.text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Line line;
    lifelines(line);
    if (i == 0) {
      line.put(0, time, time == time_ ? Ink::kDim : Ink::kNormal);
      if (row.arrow) arrow(line, *row.arrow);
      if (plan_.layers > 0 && row.track != LayerId::kWorld && row.mark != Mark::kNone) {
        const auto glyph = glyphs_.marks[static_cast<std::size_t>(row.mark)];
        line.put(plan_.track(row.track), glyph, ink_of(row.mark));
      }
    }
    const bool stands_out = row.mark >= Mark::kEnding && row.mark != Mark::kQuestion;
    line.put(plan_.text, words[i], stands_out ? ink_of(row.mark) : Ink::kNormal);
    print(line);
  }
  time_ = std::move(time);
}

// ━━ I-53 ━━━━━━━━━
void Drawing::broken(const Row& row) {
  Line rule;
  for (std::size_t column = 0; column < plan_.width; ++column) {
    rule.put(column, glyphs_.rule, Ink::kBroken);
  }
  rule.put(2, fmt::format(" {} ", inert(row.rule)), Ink::kBroken);
  print(rule);
  for (const std::string& words : wrapped(inert(row.text), plan_.width - 3)) {
    Line line;
    line.put(3, words, Ink::kBroken);
    print(line);
  }
}

std::string Drawing::draw() {
  head();
  for (const Row& each : ladder_.rows) {
    if (each.rule.empty())
      row(each);
    else
      broken(each);
  }
  return std::move(text_);
}

}  // namespace

std::string draw(const Ladder& ladder, const LadderStyle& style) {
  CHECK(!ladder.peers.empty(), "a ladder has somebody to talk with");
  return Drawing{ladder, style}.draw();
}

}  // namespace lastcall::replay
