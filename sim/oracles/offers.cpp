#include "sim/oracles/offers.hpp"

#include <fmt/format.h>

#include <chrono>

namespace lastcall::sim {
namespace {

using namespace std::chrono_literals;

constexpr Rule kI38{
    "I-38",
    "After a collision one wait is armed, in steps of 10 ms: 2.1 to 4.0 s for the "
    "owner of the Call-ID, up to 2.0 s for the other side; none in an ending call."};
constexpr Rule kI49{"I-49", "No call outlives its session timer; only a refresh moves the end."};

bool is_fair(Duration wait, CallRole role) {
  if (wait % 10ms != Duration::zero()) return false;
  if (role == CallRole::kCaller) return wait >= 2100ms && wait <= 4s;
  return wait >= Duration::zero() && wait <= 2s;
}

}  // namespace

OfferRules::Call& OfferRules::call(CallId id) {
  Call* found = calls_.find(id);
  return found != nullptr ? *found : calls_.put(id, {});
}

void OfferRules::on(const LegStarted& event, const Record&, Report&) {
  call(event.call).role = event.role;
}

void OfferRules::on(const CollisionMet& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  if (each.collision == 0) each.collision = record.pos;
  const Duration wait = event.retry_at - record.at;
  const auto wrong = [&]() -> std::string {
    if (each.duties != 0) return "in an ending call";
    if (each.collision != record.pos) return "a second time";
    if (is_fair(wait, each.role)) return {};
    return fmt::format("for {} ms", wait / 1ms);
  }();
  if (!wrong.empty()) {
    report.broken({kI38,
                   event.call,
                   wrong,
                   fmt::format("It was armed {}.", wrong),
                   {each.collision, record.pos}});
  }
  each.collision = record.pos;
}

void OfferRules::on(const CollisionOver& event, const Record&, Report&) {
  call(event.call).collision = 0;
}

void OfferRules::on(const SessionTimerSet& event, const Record& record, Report&) {
  if (call(event.call).ending != 0) return;
  sessions_[event.call] = {record.at + event.expires, record.pos};
}

void OfferRules::on(const SessionTimerStopped& event, const Record& record, Report&) {
  // At its end the call has to end as well, in this turn.
  const auto session = sessions_.find(event.call);
  if (session != sessions_.end() && record.at < session->second.end) sessions_.erase(session);
}

void OfferRules::on(const CallTerminating& event, const Record& record, Report&) {
  call(event.call).ending = record.pos;
  sessions_.erase(event.call);
}

// Before, the dialog layer may not know yet that the call is ending.
void OfferRules::on(const DutiesTaken& event, const Record& record, Report&) {
  call(event.call).duties = record.pos;
}

void OfferRules::on(const Faulted& fault, Report&) { crashed_ |= fault.what == Fault::kCrash; }

void OfferRules::passed(Instant now, Report& report) {
  if (crashed_ || report.down || now == kNever) return;  // who is down ends nothing
  for (const auto& [id, session] : sessions_) {
    if (report.late_after(session.end) >= now) continue;
    report.broken({kI49,
                   id,
                   "",
                   fmt::format("It should have ended at {}.", seconds(session.end)),
                   {session.set}});
  }
}

}  // namespace lastcall::sim
