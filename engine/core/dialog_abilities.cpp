#include "engine/core/dialog_extensions.hpp"
#include "engine/sip/delta.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/session_timer.hpp"
#include "engine/sip/write.hpp"

namespace lastcall::core {
namespace {

void set(Abilities& can, Ability ability, bool is_there) {
  if (is_there) {
    can.insert(ability);
  } else {
    can.erase(ability);
  }
}

// RFC 3262 3: what a caller and our setting leave possible.
Rejection inspect_reliable(const SipMessage& invite, Reliable setting) {
  const Abilities can = abilities_of(invite, {});
  if (setting == Reliable::kOff && can.contains(Ability::kOnlyReliable)) {
    return {420, sip::header_line(Header::kUnsupported, "100rel")};
  }
  if (setting == Reliable::kRequired && !can.contains(Ability::kReliable)) {
    return {421, sip::header_line(Header::kRequire, "100rel")};
  }
  return {};
}

// RFC 4028 9: who does not know session timers cannot heed a 422.
Rejection inspect_timer(const SipMessage& request, Duration min_se) {
  const auto line = request.header(Header::kSessionExpires);
  const auto asked = line ? sip::parse_session_expires(*line) : std::unexpected(sip::ParseError{});
  if (!asked || asked->interval >= min_se) return {};
  if (!abilities_of(request, {}).contains(Ability::kTimer)) return {};
  const auto seconds = std::chrono::ceil<sip::Seconds>(min_se);
  return {422, sip::header_line(Header::kMinSe, sip::write_delta(seconds))};
}

}  // namespace

Abilities abilities_of(const SipMessage& message, Abilities known) {
  if (const auto methods = sip::allowed_by(message)) {
    set(known, Ability::kUpdate, methods->contains(Method::kUpdate));
  }
  if (!message.header(Header::kSupported) && !message.header(Header::kRequire)) return known;
  const auto supported = sip::option_tags_of(message, Header::kSupported).known;
  const auto required = sip::option_tags_of(message, Header::kRequire).known;
  const auto has = [&](sip::OptionTag tag) {
    return supported.contains(tag) || required.contains(tag);
  };
  set(known, Ability::kReliable, has(sip::OptionTag::k100rel));
  set(known, Ability::kOnlyReliable, required.contains(sip::OptionTag::k100rel));
  set(known, Ability::kTimer, has(sip::OptionTag::kTimer));
  return known;
}

void learn_peer(const LegContext& at, const SipMessage& message) {
  const Abilities can = abilities_of(message, at.leg.peer_can);
  if (can != at.leg.peer_can) at.out.record(PeerLearned{at.call, can});
}

Rejection inspect_extensions(const SipMessage& request, const Config& config) {
  if (request.method() == Method::kInvite && request.to_tag().empty()) {
    Rejection reliable = inspect_reliable(request, config.reliable);
    if (reliable) return reliable;
  }
  return inspect_timer(request, config.min_se);
}

void apply_to(DialogLayer::State&, Leg& leg, const PeerLearned& e) { leg.peer_can = e.can; }

}  // namespace lastcall::core
