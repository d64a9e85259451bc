#pragma once
// One request of the peer inside a dialog, and the few things that can be done with it. Passed to
// the functions that decide about one method each; records and sends, keeps nothing.

#include "engine/core/dialog_send.hpp"
#include "engine/core/inspection.hpp"

#include <cstdint>

namespace lastcall::core {

// Whether a request moves the peer's target (RFC 3261 12.2.2).
enum class Refresh : std::uint8_t { kTarget, kNone };

struct InDialog {
  const LegContext& at;
  const Dialog& dialog;
  const RequestReceived& request;

  // After a BYE, or once the call is ending.
  [[nodiscard]] bool mortal() const {
    return at.leg.ending() || dialog.phase == DialogPhase::kMortal;
  }
  // It is in order and will be carried out.
  void take(Refresh refresh) const;
  // It is in order, but refused at once: its CSeq counts (RFC 3261 12.2.2), its target does not.
  void refuse(Rejection why) const;
  // The same with 500: another one of its kind is not answered yet (RFC 3261 14.2, RFC 3311 5.2).
  void refuse_overlapping() const;
  void reply(int status) const;
  // With header lines; that of an inspection, or any other answer that makes no dialog.
  void reject(Rejection why) const;
};

// ---- dialog_talk.cpp: OPTIONS, INFO and MESSAGE, which change no call. All passed their
// inspection.

void answer_options(const RequestReceived& request, const Context& context, Outbox& out);
void receive_options(const InDialog& in);
void receive_info(const InDialog& in);
void answer_text(const RequestReceived& request, const Context& context, Outbox& out);
void receive_text(const InDialog& in);

}  // namespace lastcall::core
