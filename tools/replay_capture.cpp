#include "tools/replay_capture.hpp"

#include "replay/canvas.hpp"
#include "replay/wire/ladder.hpp"
#include "replay/wire/seat.hpp"
#include "replay/words.hpp"
#include "tools/captured_calls.hpp"
#include "tools/log_options.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace lastcall::tools {
namespace {

namespace wire = replay::wire;
using replay::inert;

struct Judged {
  std::size_t number = 0;  // in the list, from 1
  const wire::Call* call = nullptr;
  wire::Findings findings;
  wire::Verdict verdict = wire::Verdict::kPassed;
};

std::vector<Judged> judge_all(const CapturedCalls& captured,
                              const std::vector<std::size_t>& chosen) {
  std::vector<Judged> judged;
  for (const std::size_t each : chosen) {
    const wire::Call& call = captured.traffic.calls[each];
    wire::Findings findings = wire::judge(call, captured.scope);
    const wire::Verdict verdict = wire::verdict_of(findings);
    judged.push_back({each + 1, &call, std::move(findings), verdict});
  }
  return judged;
}

// Failed calls first of all; nothing judged is no verdict.
Exit exit_of(const std::vector<Judged>& judged) {
  const auto has = [&](wire::Verdict verdict) {
    return std::ranges::any_of(judged, [&](const Judged& each) { return each.verdict == verdict; });
  };
  if (has(wire::Verdict::kFailed)) return Exit::kFailed;
  return judged.empty() || has(wire::Verdict::kOpen) ? Exit::kInconclusive : Exit::kPassed;
}

std::string_view verdict_of(Exit exit) {
  return name(exit == Exit::kFailed   ? wire::Verdict::kFailed
              : exit == Exit::kPassed ? wire::Verdict::kPassed
                                      : wire::Verdict::kOpen);
}

// ---- text

std::string life_text(const wire::Call& call) {
  const wire::Life life = wire::life_of(call);
  std::string text{life.state};
  if (life.refused_with != 0) text += fmt::format(" with {}", life.refused_with);
  const std::int64_t answered = life.answered_ns.value_or(life.began_ns);
  if (life.answered_ns) {
    text = fmt::format("answered after {}", wire::seconds(answered - life.began_ns));
  }
  if (life.ended_by) {
    text += fmt::format(", ended by the {} after {}", name(*life.ended_by),
                        wire::seconds(*life.ended_ns - answered));
  }
  return call.begins_inside ? text + ", its beginning was not captured" : text;
}

std::string packets_text(const std::vector<std::uint64_t>& packets) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(packets.size(), kShown); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", packets[i]);
  }
  return packets.size() > kShown ? text + ", ..." : text;
}

void print_finding(const wire::Finding& finding, std::int64_t began_ns) {
  const std::string_view mark = finding.kind == wire::Kind::kBroken ? "  ✗ "
                                : finding.kind == wire::Kind::kOpen ? "  ? "
                                                                    : "  ⨯ ";
  fmt::print("{}{:<13} {}\n", mark, finding.rule, inert(finding.sentence));
  fmt::print("      {} · {} after the first message · packet{} {}{}\n", finding.cites,
             wire::seconds(std::max<std::int64_t>(finding.at_ns - began_ns, 0)),
             finding.packets.size() == 1 ? "" : "s", packets_text(finding.packets),
             finding.is_order_known ? "" : " · in the order observed");
}

void print_call(const Judged& judged, const wire::Calls& traffic) {
  const wire::Call& call = *judged.call;
  const wire::Message& first = call.messages.front();
  fmt::print("\n{}  {}  {}\n", judged.number, inert(call.sip_call_id), name(judged.verdict));
  fmt::print("    {}  {}{} messages: {}\n", utc(instant_ns(first.mark.at_ns), 0),
             first.source.host.empty()
                 ? ""
                 : fmt::format("{} to {}, ", to_text(first.source), to_text(first.destination)),
             call.messages.size(), life_text(call));
  for (const wire::Link& link : traffic.links) {
    if (link.second + 1 != judged.number) continue;
    fmt::print("    {} of call {}: {}\n", link.is_certain ? "a leg" : "probably a leg",
               link.first + 1, inert(link.why));
  }
  for (const wire::Finding& each : judged.findings) {
    print_finding(each, first.mark.at_ns);
  }
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void print_summary(const CaptureArguments& arguments, const CapturedCalls& captured) {
  const wire::Calls& traffic = captured.traffic;
  fmt::print("{}: {}, {}, {}", arguments.file, counted(captured.report.packets, "packet"),
             counted(captured.report.messages, "SIP message"),
             counted(traffic.calls.size(), "call"));
  if (!traffic.others.empty()) fmt::print(", {} beside calls", traffic.others.size());
  fmt::print("\n");
  const auto note = [](std::uint64_t count, std::string_view noun, std::string_view what) {
    if (count != 0) fmt::print("  {} {}\n", counted(count, noun), what);
  };
  note(traffic.merged, "message", "seen by another tap too, merged");
  note(traffic.unreadable, "message", "cut or broken, in no call: see lastcall import");
  note(traffic.left_out, "message", "left out for want of memory");
  note(traffic.unbound, "stream", "of media in no call");
}

void print_text(const CaptureArguments& arguments, const CapturedCalls& captured,
                const std::vector<Judged>& judged) {
  print_summary(arguments, captured);
  for (const Judged& each : judged) {
    if (arguments.only_failed && each.verdict != wire::Verdict::kFailed) continue;
    print_call(each, captured.traffic);
    if (judged.size() != 1) continue;
    fmt::print("\n{}", replay::draw(wire::ladder_of(*each.call, each.findings), arguments.style));
  }
}

// ---- JSON

boost::json::object json_of(const wire::Finding& finding) {
  return {{"rule", finding.rule},
          {"kind", name(finding.kind)},
          {"cites", finding.cites},
          {"sentence", inert(finding.sentence)},
          {"at", utc(instant_ns(finding.at_ns), 0)},
          {"packets", boost::json::array(finding.packets.begin(), finding.packets.end())},
          {"order", finding.is_order_known ? "known" : "observed"}};
}

boost::json::object json_of(const Judged& judged, const wire::Calls& traffic) {
  boost::json::array findings;
  for (const wire::Finding& each : judged.findings) findings.push_back(json_of(each));
  boost::json::array legs;
  for (const wire::Link& each : traffic.links) {
    if (each.second + 1 != judged.number) continue;
    legs.push_back(
        {{"of", each.first + 1}, {"certain", each.is_certain}, {"why", inert(each.why)}});
  }
  const wire::Life life = wire::life_of(*judged.call);
  return {{"call", judged.number},
          {"sip_call_id", inert(judged.call->sip_call_id)},
          {"state", life.state},
          {"verdict", name(judged.verdict)},
          {"messages", judged.call->messages.size()},
          {"streams", judged.call->streams.size()},
          {"legs", std::move(legs)},
          {"findings", std::move(findings)}};
}

void print_json(const CapturedCalls& captured, const std::vector<Judged>& judged) {
  boost::json::array calls;
  for (const Judged& each : judged) calls.push_back(json_of(each, captured.traffic));
  const boost::json::object document{
      {"verdict", verdict_of(exit_of(judged))},     {"calls", std::move(calls)},
      {"events", captured.report.messages},         {"diverged_at", nullptr},
      {"merged", captured.traffic.merged},          {"unreadable", captured.traffic.unreadable},
      {"unbound_streams", captured.traffic.unbound}};
  fmt::print("{}\n", boost::json::serialize(document));
}

// ---- rerun

boost::json::object json_of(const wire::Compared& each, const wire::Call& call) {
  const bool was_captured = each.captured.has_value();
  const std::string& bytes = was_captured ? call.at(*each.captured).sip.bytes() : each.sent->bytes;
  return {{"message", inert(replay::arrow_label(bytes))},
          {"at", utc(instant_ns(each.at_ns), 0)},
          {"captured", was_captured},
          {"sent", each.sent.has_value()},
          {"likeness", name(each.likeness)},
          {"why", each.why}};
}

void print_rerun_json(const wire::Call& call, const wire::SeatRerun& rerun) {
  boost::json::array messages;
  for (const wire::Compared& each : rerun.messages) messages.push_back(json_of(each, call));
  boost::json::array findings;
  for (const sim::Finding& each : rerun.findings) {
    findings.push_back({{"rule", each.invariant}, {"sentence", each.sentence}});
  }
  const boost::json::object document{
      {"verdict", name(rerun.likeness())},      {"seat", to_text(rerun.seat)},
      {"sip_call_id", inert(call.sip_call_id)}, {"events", rerun.records.size()},
      {"messages", std::move(messages)},        {"findings", std::move(findings)}};
  fmt::print("{}\n", boost::json::serialize(document));
}

void print_rerun(const CaptureArguments& arguments, const wire::Call& call,
                 const wire::SeatRerun& rerun) {
  std::array<std::size_t, 3> counts{};
  for (const wire::Compared& each : rerun.messages) {
    ++counts[static_cast<std::size_t>(each.likeness)];
  }
  fmt::print("{}", replay::draw(wire::ladder_of(call, rerun), arguments.style));
  for (const std::size_t each : rerun.late) {
    fmt::print(
        "The order of packet {} is only observed: taken as come behind the seat's next "
        "message, it is more alike.\n",
        call.at(each).mark.packet);
  }
  for (const sim::Finding& each : rerun.findings) {
    fmt::print("{}: {}\n", each.invariant, each.sentence);
  }
  fmt::print(
      "\n{}: lastcall as the {} at {}: {} messages same, {} equivalent, {} different; {} "
      "received, {} events\n",
      inert(call.sip_call_id), name(rerun.side), to_text(rerun.seat), counts[0], counts[1],
      counts[2], rerun.delivered.size(), rerun.records.size());
}

Exit rerun_one(const CaptureArguments& arguments, const wire::Call& call) {
  const auto rerun = wire::rerun_seat(call, arguments.as);
  if (!rerun) {
    fmt::print(stderr, "lastcall: {} cannot be run again: {}\n", inert(call.sip_call_id),
               inert(rerun.error()));
    return Exit::kUsage;
  }
  if (arguments.json)
    print_rerun_json(call, *rerun);
  else
    print_rerun(arguments, call, *rerun);
  if (!rerun->findings.empty()) return Exit::kFailed;
  return rerun->likeness() == wire::Likeness::kDifferent ? Exit::kDiverged : Exit::kPassed;
}

}  // namespace

void add_capture_options(CLI::App& verb, CaptureArguments& arguments) {
  verb.add_option("--call", arguments.call,
                  "of a capture: one call, by its number, its Call-ID or a part of it");
  verb.add_option("--as", arguments.as,
                  "of a capture: run one call again with lastcall as callee, caller or ADDRESS");
  add_around_options(verb, arguments.around);
  verb.add_flag("--failed", arguments.only_failed, "of a capture: tell only calls that failed");
}

Exit replay_capture(const CaptureArguments& arguments) {
  if (arguments.around.wanted && arguments.as.empty()) {
    fmt::print(stderr, "lastcall: --around needs --as: whose seat lastcall takes\n");
    return Exit::kUsage;
  }
  Exit exit = Exit::kPassed;
  const auto captured = read_capture(arguments.file, exit);
  if (!captured) return exit;
  const auto chosen = choose_calls(captured->traffic, arguments.call);
  if (!chosen) {
    fmt::print(stderr, "lastcall: {}: {}\n", arguments.file, inert(chosen.error()));
    return Exit::kUsage;
  }
  if (!arguments.as.empty()) {
    if (chosen->size() != 1) {
      fmt::print(stderr, "lastcall: {} holds {} calls: name one with --call\n", arguments.file,
                 chosen->size());
      return Exit::kUsage;
    }
    const wire::Call& call = captured->traffic.calls[chosen->front()];
    if (!arguments.around.wanted) return rerun_one(arguments, call);
    return replay_around(call, arguments.around, {arguments.as, arguments.json, arguments.style});
  }
  const std::vector<Judged> judged = judge_all(*captured, *chosen);
  if (arguments.json)
    print_json(*captured, judged);
  else
    print_text(arguments, *captured, judged);
  return exit_of(judged);
}

}  // namespace lastcall::tools
