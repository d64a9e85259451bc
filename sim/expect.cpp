#include "sim/expect.hpp"

#include "sim/known_messages.hpp"
#include "sim/phrases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace lastcall::sim {
namespace {

// What the judges look at.
struct Story {
  const Scenario& scenario;
  std::span<const Record> records;
  const Trace& trace;
};

// Nothing if the promise was kept, else what was seen instead.
using Complaint = std::optional<std::string>;

bool is_response(const std::string& bytes, int status, Method method) {
  if (!bytes.starts_with(fmt::format("SIP/2.0 {}", status))) return false;
  const auto message = message_of(bytes);
  return message && message->status() == status && message->method() == method;
}

Complaint judge_gets(const Story& story, const Expectation& expected) {
  const std::uint8_t peer = place_of(story.scenario.actors, expected.actor);
  const bool got = std::ranges::any_of(story.trace, [&](const TraceEntry& entry) {
    const auto* arrived = std::get_if<DatagramArrived>(&entry.what);
    return arrived != nullptr && arrived->to == peer &&
           is_response(arrived->bytes, expected.status, expected.method);
  });
  if (got) return {};
  return fmt::format("no {} to {} came to {}", expected.status, name(expected.method),
                     expected.actor);
}

template <class F>
Complaint for_each_end(const Story& story, F&& judge) {
  bool any = false;
  for (const Record& record : story.records) {
    const auto* end = get_event<CallTerminated>(record.event);
    if (end == nullptr) continue;
    any = true;
    if (Complaint broken = judge(*end)) return broken;
  }
  if (any) return {};
  return std::string{"no call ended"};
}

Complaint judge_ends(const Story& story, const Expectation& expected) {
  return for_each_end(story, [&](const CallTerminated& end) -> Complaint {
    if (expected.causes.contains(end.cause)) return {};
    return fmt::format("it ended: {}", name(end.cause));
  });
}

// The layers that were kept from confirming: "client silent", "media late".
CleanupLayers starved(const Trace& trace) {
  CleanupLayers layers;
  for (const TraceEntry& entry : trace) {
    const auto* fault = std::get_if<Faulted>(&entry.what);
    if (fault == nullptr) continue;
    if (fault->what == Fault::kClientSilent || fault->what == Fault::kClientLate) {
      layers.insert(CleanupLayer::kClient);
    }
    if (fault->what == Fault::kMediaSilent || fault->what == Fault::kMediaLate) {
      layers.insert(CleanupLayer::kMedia);
    }
  }
  return layers;
}

Complaint judge_forced(const Story& story, const Expectation& expected) {
  const CleanupLayers excused = starved(story.trace);
  return for_each_end(story, [&](const CallTerminated& end) -> Complaint {
    const bool all_missing = expected.missing.without(end.missing).empty();
    const bool no_other = end.missing.without(expected.missing).without(excused).empty();
    if (end.forced && all_missing && no_other) return {};
    if (!end.forced) return std::string{"it was not forced"};
    return fmt::format("missing was {}", to_text(end.missing));
  });
}

Complaint judge_confirms(const Story& story) {
  const CleanupLayers excused = starved(story.trace);
  return for_each_end(story, [&](const CallTerminated& end) -> Complaint {
    if (end.missing.without(excused).empty()) return {};
    return fmt::format("{} did not", to_text(end.missing));
  });
}

// The commands of this kind in the races: all that were given must fail as promised.
Complaint judge_refused(const Story& story, const Expectation& expected) {
  std::optional<CommandId> last;
  for (const TraceEntry& entry : story.trace) {
    const auto* asked = std::get_if<CommandAsked>(&entry.what);
    if (asked != nullptr && asked->command.op == expected.op) last = asked->command.command;
  }
  for (const TraceEntry& entry : story.trace) {
    const auto* answered = std::get_if<ClientAnswered>(&entry.what);
    if (answered == nullptr || answered->reply.command != last) continue;
    if (answered->reply.result == OpResult::kEnding) return {};
    return fmt::format("the answer was {}", name(answered->reply.result));
  }
  return std::string{"it had no answer"};
}

bool has(const Scenario& scenario, Verb verb) {
  const auto acts = [verb](const Step& step) {
    return std::ranges::any_of(step.actions,
                               [verb](const Action& each) { return each.verb == verb; });
  };
  return std::ranges::any_of(scenario.given, acts) || std::ranges::any_of(scenario.races, acts);
}

// Whether somebody had to give up a request: the network lost every copy of it on its way to the
// receiver, or every final response to it. What goes to an address where nobody is counts as sent
// well: that is the sender's fault, not the network's.
bool kept_apart(const Trace& trace) {
  // By transaction (RFC 3261 17.1.3): its request, and its final response.
  struct Copies {
    bool lost = false;
    bool passed = false;
  };
  std::map<std::tuple<bool, Method, std::string>, Copies> all;
  for (const TraceEntry& entry : trace) {
    const auto* sent = std::get_if<DatagramSent>(&entry.what);
    const auto message = sent != nullptr ? message_of(sent->bytes) : nullptr;
    if (!message || message->method() == Method::kAck) continue;  // it has no answer
    if (message->is_response() && message->status() < 200) continue;
    Copies& copies =
        all[{message->is_response(), message->method(), std::string{message->via().branch}}];
    (sent->lost && sent->to != sent->from ? copies.lost : copies.passed) = true;
  }
  return std::ranges::any_of(
      all, [](const auto& each) { return each.second.lost && !each.second.passed; });
}

// Whether something came that may end a call otherwise than its scenario expects: the engine was
// away for a while, unless that is what it is about, was told that its peer cannot be reached,
// answers where its peer no longer is, or the two were cut off from each other for too long.
bool ends_otherwise(const Scenario& scenario, const Trace& trace) {
  return std::ranges::any_of(trace, [&](const TraceEntry& each) {
    const auto* fault = std::get_if<Faulted>(&each.what);
    if (fault == nullptr) return false;
    if (fault->what == Fault::kCrash) return !has(scenario, Verb::kCrashes);
    if (fault->what == Fault::kStall) return !has(scenario, Verb::kStandsStill);
    if (fault->what == Fault::kPartition) return kept_apart(trace);
    return fault->what == Fault::kSendFailed || fault->what == Fault::kPeerMoved;
  });
}

Complaint judge(const Story& story, const Expectation& expected) {
  switch (expected.promise) {
    case Promise::kGets:
      return judge_gets(story, expected);
    case Promise::kEnds:
      return judge_ends(story, expected);
    case Promise::kEndsForced:
      return judge_forced(story, expected);
    case Promise::kRefusedAsEnding:
      return judge_refused(story, expected);
    case Promise::kEveryLayerConfirms:
      return judge_confirms(story);
  }
  return {};
}

}  // namespace

std::vector<Finding> broken_promises(const Scenario& scenario, std::span<const Record> records,
                                     const Trace& trace) {
  std::vector<Finding> findings;
  const Story story{scenario, records, trace};
  // The rules hold all the same.
  if (ends_otherwise(scenario, trace)) return findings;
  for (const Expectation& expected : scenario.expect) {
    const Complaint broken = judge(story, expected);
    if (!broken) continue;
    Finding finding;
    finding.invariant = "expect";
    finding.sentence = fmt::format("the scenario expects: {}; {}", expected.text, *broken);
    finding.origin = fmt::format("expect: {}", expected.text);
    if (!records.empty()) {
      finding.at = records.back().pos;
      finding.when = records.back().at;
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace lastcall::sim
