#include "replay/exports/captured_report.hpp"

#include "replay/canvas.hpp"
#include "replay/exports/markup.hpp"
#include "replay/exports/pcapng.hpp"
#include "replay/wire/ladder.hpp"
#include "replay/wire/states.hpp"
#include "replay/words.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::exports {
namespace {

std::string sentence_of(const wire::Finding& finding) {
  return fmt::format("{} {}: {} ({})", name(finding.kind), finding.rule, finding.sentence,
                     finding.cites);
}

// Whether a row without an arrow is that of a message that was sent to its own sender.
bool is_row_of(const wire::Message& message, const Row& row) {
  return row.at == instant_ns(message.mark.at_ns) &&
         row.text.starts_with(arrow_label(message.sip.bytes()) + ", ");
}

// The state and the bytes that belong to each row: those of the newest message before it.
std::vector<Detail> details_of(const wire::Call& call, const Ladder& ladder) {
  const std::vector<std::string> states = wire::states_of(call);
  std::vector<Detail> details;
  std::size_t told = 0;  // messages that have had their row
  for (const Row& row : ladder.rows) {
    // Rows of messages are in the order of messages; a message to its own sender has no arrow.
    const bool is_message = told < call.messages.size() && row.rule.empty() &&
                            (row.arrow || is_row_of(call.at(told), row));
    if (is_message) ++told;
    Detail detail;
    if (told > 0) detail.state = states[told - 1];
    if (is_message) {
      detail.bytes = fmt::format("packet {}: {}\n\n{}", call.at(told - 1).mark.packet,
                                 cause_of(call, told - 1), call.at(told - 1).sip.bytes());
    }
    details.push_back(std::move(detail));
  }
  return details;
}

}  // namespace

Report report_of(const JudgedCall& judged) {
  const wire::Call& call = judged.call;
  Report report{.title = "Call " + call.sip_call_id,
                .verdict = name(wire::verdict_of(judged.findings)),
                .ladder = wire::ladder_of(call, judged.findings)};
  const wire::Life life = wire::life_of(call);
  report.summary.push_back(
      fmt::format("{} messages, {} streams of media", call.messages.size(), call.streams.size()));
  report.summary.push_back(fmt::format("state at the end of the capture: {}", life.state));
  for (const wire::Finding& each : judged.findings) report.findings.push_back(sentence_of(each));
  report.details = details_of(call, report.ladder);
  return report;
}

std::string to_json(const JudgedCall& judged) {
  const wire::Call& call = judged.call;
  boost::json::array messages;
  for (std::size_t i = 0; i < call.messages.size(); ++i) {
    const wire::Message& each = call.at(i);
    messages.push_back({{"packet", each.mark.packet},
                        {"at_ns", each.mark.at_ns},
                        {"from", inert(to_text(each.source))},
                        {"to", inert(to_text(each.destination))},
                        {"sender", name(call.sender_of(each))},
                        {"message", inert(arrow_label(each.sip.bytes()))},
                        {"cause", inert(cause_of(call, i))}});
  }
  boost::json::array findings;
  for (const wire::Finding& each : judged.findings) {
    findings.push_back({{"rule", each.rule},
                        {"kind", name(each.kind)},
                        {"cites", each.cites},
                        {"sentence", inert(each.sentence)},
                        {"at_ns", each.at_ns},
                        {"packets", boost::json::array(each.packets.begin(), each.packets.end())},
                        {"order", each.is_order_known ? "known" : "observed"}});
  }
  const boost::json::object document{{"sip_call_id", inert(call.sip_call_id)},
                                     {"verdict", name(wire::verdict_of(judged.findings))},
                                     {"state", wire::life_of(call).state},
                                     {"messages", std::move(messages)},
                                     {"findings", std::move(findings)}};
  return boost::json::serialize(document) + "\n";
}

std::string to_junit(std::string_view suite, std::span<const JudgedCall> calls) {
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::string cases;
  for (const JudgedCall& each : calls) {
    const wire::Verdict verdict = wire::verdict_of(each.findings);
    failures += verdict == wire::Verdict::kFailed ? 1 : 0;
    skipped += verdict == wire::Verdict::kOpen ? 1 : 0;
    cases += fmt::format("  <testcase classname=\"{}\" name=\"{}\">\n", escaped(suite),
                         escaped(each.call.sip_call_id));
    for (const wire::Finding& finding : each.findings) {
      if (finding.kind != wire::Kind::kBroken) continue;
      cases += fmt::format("    <failure type=\"{}\" message=\"{}\"/>\n", escaped(finding.rule),
                           escaped(finding.sentence));
    }
    if (verdict == wire::Verdict::kOpen) {
      cases += "    <skipped message=\"the capture ends too early to tell\"/>\n";
    }
    cases += "  </testcase>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{}</testsuite>\n",
      escaped(suite), calls.size(), failures, skipped, cases);
}

}  // namespace lastcall::replay::exports
