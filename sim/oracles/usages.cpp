#include "sim/oracles/usages.hpp"

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI47{"I-47",
                    "A BYE ends its call and nothing else: the subscription of a transfer ends by "
                    "its own end, and its dialog is remembered until then."};

}  // namespace

void UsageRules::on(const ReferTaken& event, const Record& record, Report&) {
  if (!event.reported) return;
  usages_.push_back({.call = event.call, .refer = event.refer, .since = record.pos, .bye = {}});
}

void UsageRules::on(const ReferTold& event, const Record&, Report&) {
  if (!event.last) return;
  std::erase_if(usages_, [&](const Usage& each) { return each.refer == event.refer; });
}

void UsageRules::on(const RequestAccepted& event, const Record& record, Report&) {
  if (event.method != Method::kBye) return;
  for (Usage& each : usages_) {
    if (each.call != event.call) continue;
    each.bye = record.at;
    each.bye_at = record.pos;
  }
}

void UsageRules::on(const ReferEnded& event, const Record& record, Report& report) {
  const auto it = std::ranges::find(usages_, event.refer, &Usage::refer);
  if (it == usages_.end()) return;
  if (it->bye_at != 0 && it->bye == record.at && other_end_ != record.at) {
    report.broken({kI47,
                   event.call,
                   "with the BYE",
                   "This one ended with the BYE.",
                   {it->since, it->bye_at, record.pos}});
  }
  usages_.erase(it);
}

void UsageRules::on(const TombstoneEnded& event, const Record& record, Report& report) {
  std::erase_if(usages_, [&](const Usage& each) {
    if (each.call != event.call) return false;
    report.broken({kI47,
                   event.call,
                   "forgotten",
                   "The dialog was forgotten before.",
                   {each.since, record.pos}});
    return true;
  });
}

}  // namespace lastcall::sim
