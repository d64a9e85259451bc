#include "replay/around/heat.hpp"

#include "engine/model/event.hpp"
#include "replay/around/delays.hpp"
#include "replay/exports/markup.hpp"
#include "sim/agenda.hpp"
#include "sim/strategies/choosers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace lastcall::replay::around {
namespace {

using std::chrono_literals::operator""ms;

// What a map shows where no window says how far to go.
constexpr Duration kSpan = 60ms;

// Something that can be later, and when it was in the unchanged run.
struct Movable {
  sim::ChoiceKey key;
  Instant at;
  bool is_asked_by_peer = false;
};

bool is_request(std::string_view bytes) { return !bytes.starts_with("SIP/2.0"); }
bool is_ack(std::string_view bytes) { return bytes.starts_with("ACK "); }

// All datagrams and acts of a run, in order. Datagrams are numbered as they are sent.
std::vector<Movable> movables_of(const sim::RunResult& run) {
  std::vector<Movable> all;
  std::array<std::uint32_t, 2> sent{};
  std::uint32_t acts = 0;
  for (const sim::TraceEntry& each : run.trace) {
    if (const auto* datagram = std::get_if<sim::DatagramSent>(&each.what)) {
      const sim::ChoiceKey key{.kind = sim::ChoiceKind::kDelay,
                               .from = datagram->from,
                               .nth = sent.at(datagram->from)++};
      const bool asks = is_request(datagram->bytes) && !is_ack(datagram->bytes);
      all.push_back({key, each.at, asks && datagram->from != sim::kEngineIndex});
    } else if (std::holds_alternative<sim::CommandAsked>(each.what)) {
      all.push_back({{.kind = sim::ChoiceKind::kLateAct, .nth = acts++}, each.at, false});
    }
  }
  return all;
}

bool is_peers(const sim::ChoiceKey& key) {
  return key.kind == sim::ChoiceKind::kDelay && key.from != sim::kEngineIndex;
}

// The one next to `of` in time that is of the other side: an act of the user rather than a
// datagram.
const Movable* beside(const std::vector<Movable>& all, const Movable& of) {
  const Movable* best = nullptr;
  const auto rank = [&](const Movable& each) {
    const Duration gap = each.at > of.at ? each.at - of.at : of.at - each.at;
    return std::pair{each.key.kind != sim::ChoiceKind::kLateAct, gap};
  };
  for (const Movable& each : all) {
    if (is_peers(each.key) == is_peers(of.key)) continue;
    if (best == nullptr || rank(each) < rank(*best)) best = &each;
  }
  return best;
}

struct Two {
  sim::ChoiceKey x, y;
};

std::optional<Two> axes_of(const AroundReport& report, const std::vector<Movable>& all) {
  if (report.windows.size() > 1) return Two{report.windows[0].key, report.windows[1].key};
  const Movable* chosen = nullptr;
  for (const Movable& each : all) {
    const bool fits =
        report.windows.empty() ? each.is_asked_by_peer : each.key == report.windows[0].key;
    if (fits) chosen = &each;
  }
  if (chosen == nullptr) return std::nullopt;
  const Movable* other = beside(all, *chosen);
  if (other == nullptr) return std::nullopt;
  return Two{chosen->key, other->key};
}

Verdict verdict_of(const sim::RunResult& run) {
  if (!run.findings.empty()) return {run.findings.front().invariant, true};
  for (const Record& record : run.records) {
    if (const auto* ending = get_event<CallTerminating>(record.event)) {
      return {std::string{name(ending->cause)}, false};
    }
  }
  return {"no call", false};
}

// So that the window fills half of the map, and a cell shows the very delay of the failure: some
// windows are no wider.
void measure(Axis& axis, const AroundReport& report, std::size_t cells) {
  const auto half = static_cast<std::int64_t>(cells / 2);
  axis.whole = kSpan;
  axis.parts = static_cast<std::int64_t>(cells);
  for (const Window& each : report.windows) {
    if (each.intervals.empty() || (each.key != axis.key && report.windows.size() > 1)) continue;
    const Interval& last = each.intervals.back();
    const Duration edge = last.until == each.tried ? each.found : last.until;
    axis.whole = each.found;
    axis.parts = std::max<std::int64_t>(1, half * each.found.count() / edge.count());
  }
}

// ---- the picture

constexpr int kCell = 9;
constexpr int kLeft = 70;
constexpr int kTop = 56;
constexpr int kLegend = 250;

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark}
svg{--paper:#fff;--ink:#1b1f24;--line:#c4cad1}
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.title{font-weight:600;font-size:14px}
.frame{fill:none;stroke:var(--line)}
.paper{fill:var(--paper)}
.broken0{fill:#c92a2a}.broken1{fill:#e8590c}.broken2{fill:#9c36b5}.broken3{fill:#f08c00}
.whole0{fill:#d3f9d8}.whole1{fill:#d0ebff}.whole2{fill:#e9ecef}.whole3{fill:#fff3bf}
@media(prefers-color-scheme:dark){svg{--paper:#14171a;--ink:#e6e8ea;--line:#4a525a}
.broken0{fill:#ff6b6b}.broken1{fill:#ffa94d}.broken2{fill:#da77f2}.broken3{fill:#ffd43b}
.whole0{fill:#1e4429}.whole1{fill:#1a3a52}.whole2{fill:#33393f}.whole3{fill:#4a3f14}}
)";

class Picture {
 public:
  explicit Picture(const Heat& heat) : heat_(heat), side_(static_cast<int>(heat.cells) * kCell) {
    std::array<int, 2> counts{};
    for (const Verdict& each : heat.verdicts) {
      classes_.push_back(fmt::format("{}{}", each.is_broken ? "broken" : "whole",
                                     counts.at(each.is_broken ? 1 : 0)++ % 4));
    }
  }

  std::string draw(const std::string& title) {
    const int width = kLeft + side_ + kLegend;
    const int height = kTop + side_ + 60;
    out_ = fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}")"
        R"( role="img"><title>{2}</title><style>{3}</style>)"
        R"(<rect class="paper" width="{0}" height="{1}"/>)",
        width, height, exports::escaped(title), kStyle);
    text(kLeft, 24, "title", title);
    for (std::size_t y = 0; y < heat_.cells; ++y) row(y);
    out_ += fmt::format(R"(<rect class="frame" x="{}" y="{}" width="{}" height="{}"/>)", kLeft,
                        kTop, side_, side_);
    axes();
    legend();
    return std::move(out_) + "</svg>\n";
  }

 private:
  void text(int x, int y, std::string_view kind, std::string_view words,
            std::string_view more = {}) {
    out_ += fmt::format(R"(<text class="{}" x="{}" y="{}"{}>{}</text>)", kind, x, y, more,
                        exports::escaped(words));
  }

  // Cells of one verdict that lie side by side are one rectangle.
  void row(std::size_t y) {
    const int top = kTop + side_ - static_cast<int>(y + 1) * kCell;
    for (std::size_t x = 0; x < heat_.cells;) {
      const std::size_t verdict = heat_.cell_of[y * heat_.cells + x];
      std::size_t end = x + 1;
      while (end < heat_.cells && heat_.cell_of[y * heat_.cells + end] == verdict) ++end;
      out_ += fmt::format(
          R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>)",
          classes_[verdict], kLeft + static_cast<int>(x) * kCell, top,
          static_cast<int>(end - x) * kCell, kCell,
          exports::escaped(fmt::format("{}: x {} to {}, y {}", heat_.verdicts[verdict].text,
                                       ms_text(heat_.x.late(x)), ms_text(heat_.x.late(end - 1)),
                                       ms_text(heat_.y.late(y)))));
      x = end;
    }
  }

  void axes() {
    const int bottom = kTop + side_;
    for (std::size_t cell = 0; cell < heat_.cells; cell += heat_.cells / 4) {
      const int at = static_cast<int>(cell) * kCell;
      text(kLeft + at, bottom + 18, "", ms_text(heat_.x.late(cell)));
      text(kLeft - 8, bottom - at, "", ms_text(heat_.y.late(cell)), R"( text-anchor="end")");
    }
    text(kLeft + side_, bottom + 42, "", heat_.x.subject + " later", R"( text-anchor="end")");
    text(kLeft, kTop - 10, "", heat_.y.subject + " later");
  }

  void legend() {
    int y = kTop + 12;
    for (std::size_t i = 0; i < heat_.verdicts.size(); ++i, y += 22) {
      const Verdict& each = heat_.verdicts[i];
      out_ += fmt::format(R"(<rect class="{}" x="{}" y="{}" width="14" height="14"/>)", classes_[i],
                          kLeft + side_ + 20, y - 11);
      text(kLeft + side_ + 42, y, "",
           each.is_broken ? each.text + " is broken" : "ends with " + each.text);
    }
  }

  const Heat& heat_;
  int side_;
  std::vector<std::string> classes_;
  std::string out_;
};

}  // namespace

std::optional<Heat> heat_of(const AroundReport& report, const sim::Setup& setup,
                            std::size_t cells) {
  sim::Fifo unchanged;
  const sim::RunResult base = sim::run(report.scenario, setup, unchanged);
  const auto axes = axes_of(report, movables_of(report.failure ? report.failure->run : base));
  if (!axes) return std::nullopt;
  const sim::RunResult& shown = report.failure ? report.failure->run : base;
  const sim::ChoiceMap choices = report.failure ? report.failure->choices : sim::ChoiceMap{};
  const auto axis = [&](const sim::ChoiceKey& key) {
    Axis made{.key = key, .subject = subject_of(key, report.scenario, shown)};
    measure(made, report, cells);
    return made;
  };
  Heat heat{.x = axis(axes->x), .y = axis(axes->y), .cells = cells, .verdicts = {}, .cell_of = {}};
  for (std::size_t cell = 0; cell < cells * cells; ++cell) {
    Rescaled changed{report.scenario, choices};
    changed.put(heat.x.key, heat.x.late(cell % cells));
    changed.put(heat.y.key, heat.y.late(cell / cells));
    const Verdict verdict = verdict_of(changed.run(setup));
    const auto known = std::ranges::find(heat.verdicts, verdict.text, &Verdict::text);
    heat.cell_of.push_back(static_cast<std::size_t>(known - heat.verdicts.begin()));
    if (known == heat.verdicts.end()) heat.verdicts.push_back(verdict);
  }
  return heat;
}

std::string to_svg(const Heat& heat, const std::string& title) { return Picture{heat}.draw(title); }

}  // namespace lastcall::replay::around
