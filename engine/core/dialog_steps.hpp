#pragma once
// The decisions of the dialog layer, one function per kind of mail. Part of DialogLayer::decide and
// as pure; dialog.cpp dispatches to them and holds apply().

#include "engine/core/dialog_send.hpp"

namespace lastcall::core {

// dialog_request.cpp: requests of the peer.
void receive_request(const DialogLayer::State& state, const RequestReceived& request,
                     const Context& context, Outbox& out);
void receive_cancel(const LegContext& at, const CancelReceived& cancel);

// dialog_replaces.cpp: which call of ours an INVITE wants to take the place of (RFC 3891 3).
struct Replaced {
  CallId call = {};    // none: it names no call
  Rejection why = {};  // why it cannot be
};
[[nodiscard]] Replaced replaced_by(const DialogLayer::State& state, const SipMessage& invite,
                                   const Context& context);

// The same for a request outside dialogs whose sender is known, or need not be.
void receive_outside(const DialogLayer::State& state, const RequestReceived& request,
                     const Context& context, Outbox& out);

// dialog_response.cpp: responses to our first INVITE, or their absence; the way to all others.
void receive_response(const LegContext& at, const ResponseReceived& response);
void receive_failure(const LegContext& at, const RequestFailed& failure);
// Our first INVITE has come to nothing.
void invite_failed(const LegContext& at, Cause cause, int status);

// dialog_own.cpp: how our requests inside dialogs end.
struct Outcome {
  const OwnRequest& request;
  int status = 0;                        // 408 or 503 without a response (RFC 3261 8.1.3.1)
  const SipMessage* response = nullptr;  // null: there was none
};
// RFC 5057 5.1 and RFC 3261 12.2.1.2: which answers end the INVITE usage, most of them with the
// whole dialog (RACES R-OA-26).
[[nodiscard]] bool ends_usage(int status);
void receive_own_response(const LegContext& at, const ResponseReceived& response);
void finish_request(const LegContext& at, const Outcome& outcome);

// dialog_call.cpp: what the session asks for.
void place_call(const DialogLayer::State& state, const PlaceCall& call, const Context& context,
                Outbox& out);
void ring(const LegContext& at);
void accept(const LegContext& at, const Accept& accept);
void refuse(const LegContext& at, const Refuse& refusal);
void reoffer(const LegContext& at, const Reoffer& offer);

// dialog_ending.cpp: what is owed when the call ends.
void begin_cleanup(const LegContext& at, Cause cause);
// Sends the BYE of one dialog, with these header lines; from then on it is owed that the BYE gets
// its final response.
void send_bye(const LegContext& at, const Dialog& dialog, std::string lines = {});
void accept_unacknowledged(const LegContext& at);

// Where to reach who names no Contact: the URI that was called.
[[nodiscard]] std::string called_uri(const Leg& leg);
// Records a dialog that the peer began.
void start_dialog(const LegContext& at, const Dialog& dialog);
// The dialog that a response to a request of ours is of.
[[nodiscard]] DialogId dialog_of(const LegContext& at, const SipMessage& response);
// The dialog as a response describes it (RFC 3261 12.1.2): routes reversed, target from Contact.
// `known` may be null.
[[nodiscard]] Dialog described(const LegContext& at, const SipMessage& response,
                               const Dialog* known);
// Discharges a duty, if it is owed.
void duty_done(const LegContext& at, Duty duty);

// The URI that the requests of a dialog go to first: of the first route, or the remote target.
[[nodiscard]] std::string next_hop_of(const std::vector<std::string>& routes,
                                      const std::string& target);
// Where that is, without a host if it is a name; `fallback` for what is no SIP URI.
[[nodiscard]] Endpoint destination_of(const std::vector<std::string>& routes,
                                      const std::string& target, const Endpoint& fallback);
// What tells one INVITE from another besides its branch (RFC 3261 8.2.2.2).
[[nodiscard]] std::string invite_key(std::string_view sip_call_id, std::string_view from_tag,
                                     std::uint32_t cseq);
// A SIP URI as a request URI may hold it: without headers and method (RFC 3261 19.1.1, 19.1.5);
// empty for other text.
[[nodiscard]] std::string request_uri_of(std::string_view uri);
// The URI of the Contact of a message, fit for a request URI; empty if there is none.
[[nodiscard]] std::string contact_uri(const SipMessage& message);
// Where requests to the caller go; empty if nothing says. RFC 2543 knows INVITEs without a Contact
// (RFC 4475 3.4.1): then it is the From.
[[nodiscard]] std::string target_of_caller(const SipMessage& invite);
// The Record-Route values of a message in their order, at most limits::kViasMax.
[[nodiscard]] std::vector<std::string> record_routes(const SipMessage& message);
// The body if it is a session description, else nothing.
[[nodiscard]] std::string sdp_of(const SipMessage& message);

}  // namespace lastcall::core
