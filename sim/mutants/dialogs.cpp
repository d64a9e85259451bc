#include "sim/mutants/dialogs.hpp"

namespace lastcall::sim {

AskedRequest asked_in(const DialogLayer::State& state, const ToDialog& input,
                      const Context& context) {
  const auto* request = std::get_if<RequestReceived>(&input);
  if (request == nullptr) return {};
  const SipMessage& message = request->message;
  const DialogId id = context.draws.dialog(message.call_id(), message.to_tag(), message.from_tag());
  const CallId call = context.directory.find(id).call;
  const core::Leg* leg = call ? state.legs.find(call) : nullptr;
  const core::Dialog* dialog = leg == nullptr ? nullptr : leg->find(id);
  return dialog == nullptr ? AskedRequest{} : AskedRequest{request, call, leg, dialog};
}

Ending ending_in(const DialogLayer::State& state, const ToDialog& input) {
  const auto* cleanup = std::get_if<BeginCleanup>(&input);
  const core::Leg* leg = cleanup == nullptr ? nullptr : state.legs.find(cleanup->call);
  return leg == nullptr ? Ending{} : Ending{cleanup, leg};
}

}  // namespace lastcall::sim
