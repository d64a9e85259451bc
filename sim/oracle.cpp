#include "sim/oracle.hpp"

#include "engine/base/match.hpp"
#include "sim/known_messages.hpp"
#include "sim/oracles/commands.hpp"
#include "sim/oracles/dialogs.hpp"
#include "sim/oracles/duties.hpp"
#include "sim/oracles/ending.hpp"
#include "sim/oracles/exchanges.hpp"
#include "sim/oracles/forced.hpp"
#include "sim/oracles/invites.hpp"
#include "sim/oracles/leftovers.hpp"
#include "sim/oracles/media.hpp"
#include "sim/oracles/offers.hpp"
#include "sim/oracles/questions.hpp"
#include "sim/oracles/rule.hpp"
#include "sim/oracles/served.hpp"
#include "sim/oracles/timers.hpp"
#include "sim/oracles/usages.hpp"
#include "sim/oracles/waits.hpp"

#include <tuple>

namespace lastcall::sim {

// Questions come first: what they find is what a user sees.
struct Oracles::Parts {
  std::tuple<QuestionRules, EndingRules, ForcedEndRules, CommandRules, MediaRules, ServedRules,
             InviteRules, DialogRules, DutyRules, ExchangeRules, OfferRules, TimerRules, WaitRules,
             LeftoverRules, UsageRules>
      groups;
  CauseRules causes;
  Report report;
  std::size_t entries = 0;

  template <class F>
  void each(F&& f) {
    std::apply([&](auto&... group) { (f(group), ...); }, groups);
  }

  void move_to(Instant now) {
    if (now <= report.now) return;
    each([&](auto& group) {
      if constexpr (requires { group.passed(now, report); }) group.passed(now, report);
    });
    report.now = now;
  }

  // A record, by its event.
  void tell(const Record& record) {
    visit_event(record.event, [&](const auto& event) {
      each([&](auto& group) {
        if constexpr (requires { group.on(event, record, report); }) {
          group.on(event, record, report);
        }
      });
    });
  }

  // A trace entry, or a SIP message.
  template <class What>
  void tell(const What& what) {
    each([&](auto& group) {
      if constexpr (requires { group.on(what, report); }) group.on(what, report);
    });
  }
};

Oracles::Oracles(const OracleConfig& config) : parts_(std::make_unique<Parts>()) {
  parts_->report.config = config;
}
Oracles::~Oracles() = default;
Oracles::Oracles(const Oracles& other) : parts_(std::make_unique<Parts>(*other.parts_)) {}
Oracles& Oracles::operator=(const Oracles& other) { return *this = Oracles{other}; }
Oracles::Oracles(Oracles&& other) noexcept = default;
Oracles& Oracles::operator=(Oracles&& other) noexcept = default;

void Oracles::see(const Record& record) {
  parts_->move_to(record.at);
  parts_->report.at = record.pos;
  if (const auto* datagram = get_event<DatagramReceived>(record.event)) {
    const auto message = message_of(datagram->wire.bytes);
    if (message) parts_->tell(Heard{*message, record.pos});
  }
  parts_->tell(record);
  parts_->causes.see(record, parts_->report);
}

void Oracles::see(const TraceEntry& entry) {
  parts_->move_to(entry.at);
  parts_->report.entry = parts_->entries++;
  if (const auto* sent = std::get_if<DatagramSent>(&entry.what); sent && sent->from == 0) {
    const auto message = message_of(sent->bytes);
    if (message) parts_->tell(Said{*message});
    return;
  }
  if (const auto* fault = std::get_if<Faulted>(&entry.what)) {
    parts_->report.down |= fault->what == Fault::kCrash || fault->what == Fault::kRecordsLost ||
                           fault->what == Fault::kStall;
  } else if (std::holds_alternative<Recovered>(entry.what)) {
    parts_->report.down = false;
    parts_->report.up_since = entry.at;
  }
  std::visit([&](const auto& what) { parts_->tell(what); }, entry.what);
}

void Oracles::end(Instant at) {
  parts_->move_to(at);
  parts_->each([&](auto& group) {
    if constexpr (requires { group.passed(kNever, parts_->report); }) {
      group.passed(kNever, parts_->report);
    }
    if constexpr (requires { group.end(parts_->report); }) group.end(parts_->report);
  });
}

const std::vector<Finding>& Oracles::findings() const { return parts_->report.findings(); }

std::vector<Finding> Oracles::take_findings() { return parts_->report.take(); }

}  // namespace lastcall::sim
