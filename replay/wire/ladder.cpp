#include "replay/wire/ladder.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace lastcall::replay::wire {
namespace {

// A TCP client sends from a port of its own each time: its host says who it is.
bool is_same_party(const Endpoint& a, const Endpoint& b) {
  if (a.host != b.host) return false;
  return a.port == b.port || (is_reliable(a.transport) && is_reliable(b.transport));
}

std::size_t column_of(const Columns& columns, const Endpoint& at) {
  const auto it = std::ranges::find_if(
      columns.addresses, [&](const Endpoint& each) { return is_same_party(each, at); });
  const auto index = static_cast<std::size_t>(it - columns.addresses.begin());
  return std::min(index, columns.addresses.size() - 1);
}

Row row_of(const Call& call, const Columns& columns, const Message& message, bool is_repeat) {
  Row row{.at = instant_ns(message.mark.at_ns)};
  row.arrow = Arrow{.from = columns.from(call, message),
                    .to = columns.to(call, message),
                    .label = arrow_label(message.sip.bytes())};
  row.text = message_words(message.sip.bytes());
  if (row.arrow->from == row.arrow->to) {  // to itself
    row.text = row.arrow->label + ", " + row.text;
    row.arrow.reset();
  }
  if (is_repeat) row.text += ", again";
  if (!message.copies.empty()) {
    row.text += fmt::format(", seen by {} taps", message.copies.size() + 1);
  }
  return row;
}

Row row_of(const Stream& stream) {
  return {.at = instant_ns(stream.first.at_ns),
          .text = fmt::format(
              "{} of the {}, {} packets{}, payload {}, until {}", stream.is_rtcp ? "RTCP" : "RTP",
              name(stream.sender), stream.packets, stream.is_guessed ? " (by hosts only)" : "",
              stream.payload_type,
              time_from(instant_ns(stream.first.at_ns), instant_ns(stream.last.at_ns)))};
}

Row row_of(const Finding& finding) {
  std::string rule = finding.rule + "  " + finding.cites;
  if (finding.kind == Kind::kOpen) rule += "  (open)";
  Row row{.at = instant_ns(finding.at_ns), .text = finding.sentence};
  if (finding.kind == Kind::kRace)
    row.text = fmt::format("{}: {}", finding.rule, finding.sentence);
  else
    row.rule = rule;
  if (!finding.is_order_known) row.text += finding.kind == Kind::kRace ? "" : " (as observed)";
  return row;
}

}  // namespace

std::size_t Columns::from(const Call& call, const Message& message) const {
  if (!addresses.empty()) return column_of(*this, message.source);
  return call.sender_of(message) == Side::kCaller ? 0 : 1;
}

std::size_t Columns::to(const Call& call, const Message& message) const {
  if (!addresses.empty()) return column_of(*this, message.destination);
  return call.sender_of(message) == Side::kCaller ? 1 : 0;
}

Columns columns_of(const Call& call) {
  Columns columns;
  const auto meet = [&](const Endpoint& at) {
    const bool is_known = std::ranges::any_of(
        columns.addresses, [&](const Endpoint& each) { return is_same_party(each, at); });
    if (is_known || columns.addresses.size() >= kColumnsMax) return;
    columns.addresses.push_back(at);
    columns.names.push_back(to_text(at));
  };
  for (const Message& each : call.messages) {
    if (each.source.host.empty() || each.destination.host.empty())
      return {.names = {"caller", "callee"}, .addresses = {}};
    meet(each.source);
    meet(each.destination);
  }
  if (columns.names.size() < 2) return {.names = {"caller", "callee"}, .addresses = {}};
  return columns;
}

Ladder ladder_of(const Call& call, const Findings& findings) {
  const Columns columns = columns_of(call);
  Ladder ladder{.peers = {columns.names.begin(), columns.names.end() - 1},
                .engine = columns.names.back(),
                .rows = {},
                .has_layers = false};
  std::set<std::pair<std::string, Endpoint>> seen;
  for (const Message& each : call.messages) {
    const bool is_new = seen.emplace(each.sip.bytes(), each.source).second;
    ladder.rows.push_back(row_of(call, columns, each, !is_new));
  }
  for (const Stream& each : call.streams) ladder.rows.push_back(row_of(each));
  std::ranges::stable_sort(ladder.rows, {}, &Row::at);
  // A finding stands behind what shows it.
  for (const Finding& each : findings) {
    const auto behind = std::ranges::upper_bound(ladder.rows, instant_ns(each.at_ns), {}, &Row::at);
    ladder.rows.insert(behind, row_of(each));
  }
  return ladder;
}

}  // namespace lastcall::replay::wire
