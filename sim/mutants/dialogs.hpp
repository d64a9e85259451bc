#pragma once
// What several mutants of the dialog layer ask: which request of the peer this is, and of which
// call. Only sim/mutants uses it.

#include "sim/mutants/wrap.hpp"

namespace lastcall::sim {

// A request of the peer inside a dialog that is known, and what is known of it.
struct AskedRequest {
  const RequestReceived* request = nullptr;  // null: it is none
  CallId call = {};
  const core::Leg* leg = nullptr;
  const core::Dialog* dialog = nullptr;
  [[nodiscard]] Method method() const {
    return request == nullptr ? Method::kOther : request->message.method();
  }
  // Whether a BYE has crossed its dialog.
  [[nodiscard]] bool is_mortal() const {
    return dialog != nullptr && dialog->phase == core::DialogPhase::kMortal;
  }
};
[[nodiscard]] AskedRequest asked_in(const DialogLayer::State& state, const ToDialog& input,
                                    const Context& context);

// The first phase of an ending, and the signalling of its call; leg is null if there is none.
struct Ending {
  const BeginCleanup* cleanup = nullptr;
  const core::Leg* leg = nullptr;
};
[[nodiscard]] Ending ending_in(const DialogLayer::State& state, const ToDialog& input);

// The dialog layer does not say that it is done.
inline void drop_done(Outbox& out) { drop_mail<ToSession, CleanupDone>(out); }

}  // namespace lastcall::sim
