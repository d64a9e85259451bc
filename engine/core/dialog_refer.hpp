#pragma once
// Transfers in the dialog layer (RFC 3515, RFC 3891, RFC 5589): decisions as in dialog_steps.hpp
// and the apply_to() of its events, which dialog.cpp dispatches to. The referred call is placed by
// the session layer and ends by itself; only the link in ReferTaken joins the two.

#include "engine/core/dialog_inside.hpp"
#include "engine/core/dialog_steps.hpp"

namespace lastcall::core {

// ---- dialog_refer.cpp: the peer asks us to call somebody.

void receive_refer(const InDialog& in);
// It renews or gives up what its REFER began.
void receive_subscribe(const InDialog& in);
// Mail from the referred call: a NOTIFY is due.
void refer_reported(const LegContext& at, const ReferReport& report);
void notify_finished(const LegContext& at, const Outcome& outcome);
// Tells whoever asked for this call how it gets on; nothing if nobody did.
void report(const LegContext& at, int status);
// The same for a call that ends without any response to its INVITE.
void report_ending(const LegContext& at, Cause cause);

// ---- dialog_transfer.cpp: we ask the peer.

void transfer(const DialogLayer::State& state, const LegContext& at, const Transfer& wish);
void refer_finished(const LegContext& at, const Outcome& outcome);
void receive_notify(const InDialog& in);

// ---- both

// The subscription of this REFER has lasted too long.
void refer_due(const LegContext& at, TransactionId refer);
// Whether a request of the peer is about a subscription that lives on in an ended call.
[[nodiscard]] bool is_about_refer(const Leg& leg, const SipMessage& request);
// The one that an event of this dialog is about: its id is the CSeq of the REFER, which the first
// of a dialog need not say (RFC 3515 2.4.6). Null: none.
[[nodiscard]] const Refer* refer_of(const InDialog& in, bool ours);

void apply_to(DialogLayer::State& state, Leg& leg, const ReferTaken& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ReferProgressed& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ReferTold& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ReferSent& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ReferHeard& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ReferEnded& e);
void apply_to(DialogLayer::State& state, Leg& leg, const TombstoneKept& e);
// A REFER or NOTIFY went again with credentials: it is known by its new transaction and CSeq.
void follow_mended(DialogLayer::State& state, Leg& leg, const RequestMended& e);

}  // namespace lastcall::core
