#include "engine/core/dialog_steps.hpp"
#include "engine/sip/refer.hpp"

namespace lastcall::core {

Replaced replaced_by(const DialogLayer::State& state, const SipMessage& invite,
                     const Context& context) {
  const auto replaces = sip::replaces_of(invite);
  if (!replaces) return {.why = {400}};
  if (!*replaces) return {};
  const sip::Replaces& wanted = **replaces;
  const DialogId id = context.draws.dialog(wanted.call_id, wanted.to_tag, wanted.from_tag);
  const Whereabouts found = context.directory.find(id);
  const Leg* leg = found.call ? state.legs.find(found.call) : nullptr;
  const Dialog* dialog = leg == nullptr ? nullptr : leg->find(id);
  if (dialog == nullptr) return {.why = {481}};
  // Its user has just hung up: no phone shall ring for this (RACES R-REP-01).
  const bool over = found.found != Found::kLive || leg->ending();
  if (over || dialog->phase == DialogPhase::kMortal) return {.why = {603}};
  if (dialog->phase == DialogPhase::kEarly) {
    // What rings here was not called by us: there is nothing that the new peer could take over.
    if (leg->role == CallRole::kCallee) return {.why = {481}};
  } else if (wanted.early_only) {
    return {.why = {486}};
  }
  return {.call = found.call};
}

}  // namespace lastcall::core
