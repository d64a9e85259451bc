#pragma once
// A dialog layer with one call in it, brought by the peer's own messages to where a test begins.

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {

using DialogGiven = Given<DialogLayer>;

// We are the callee; the peer's INVITE has CSeq 10.
struct Callee {
  DialogGiven layer;
  CallId call;
  std::string tag;
  std::uint64_t requests = 100;

  // A request of the peer comes, in a transaction of its own.
  Outbox receive(const PeerRequest& request) {
    return layer.when(
        RequestReceived{call, TransactionId{++requests}, kPeer, kUs, parsed(text_of(request))});
  }
  Outbox receive(Method method, std::uint32_t cseq, std::string body = {}) {
    return receive({.method = method, .cseq = cseq, .to_tag = tag, .body = std::move(body)});
  }
  Outbox end(Cause cause) { return layer.when(BeginCleanup{call, cause}); }
  [[nodiscard]] const Leg& leg() const { return *layer.own().legs.find(call); }
  [[nodiscard]] const Dialog& dialog() const { return leg().dialogs.front(); }
  [[nodiscard]] DialogPhase phase() const { return dialog().phase; }
};

inline PeerRequest first_invite(std::string lines = {}) {
  return {.cseq = 10, .lines = std::move(lines), .body = sdp_text()};
}

inline Callee early_callee(std::string lines = {}) {
  Callee us;
  us.call = us.layer.draws().inbound_call(kCallId, kPeerTag, "z9hG4bKb1", us.layer.now());
  us.tag = us.layer.draws().local_tag(us.call);
  (void)us.receive(first_invite(std::move(lines)));
  return us;
}

inline Callee accepted_callee(std::string lines = {}) {
  Callee us = early_callee(std::move(lines));
  (void)us.layer.when(Accept{us.call, sdp_text()});
  return us;
}

inline Callee established_callee(std::string lines = {}) {
  Callee us = accepted_callee(std::move(lines));
  (void)us.receive(Method::kAck, 10);
  return us;
}

// We are the caller.
struct Caller {
  DialogGiven layer;
  CallId call{0x11};
  TransactionId invite;
  std::string request;  // our INVITE

  // The peer responds to a request of ours.
  Outbox receive(const std::string& to, TransactionId transaction, const PeerResponse& response) {
    return layer.when(ResponseReceived{call, transaction, parsed(text_of(to, response))});
  }
  Outbox receive(const PeerResponse& response) { return receive(request, invite, response); }
  Outbox receive(int status, std::string tag = "callee-tag") {
    return receive({.status = status, .to_tag = std::move(tag), .body = sdp_text()});
  }
  // A request of the peer inside the dialog.
  Outbox receive(Method method, std::uint32_t cseq, std::string tag = "callee-tag") {
    return receive(method, cseq, std::string{parsed(request).from_tag()}, std::move(tag));
  }
  Outbox receive(Method method, std::uint32_t cseq, std::string our_tag, std::string tag) {
    const SipMessage ours = parsed(request);
    return layer.when(RequestReceived{call, TransactionId{200 + cseq}, kPeer, kUs,
                                      parsed(text_of({.method = method,
                                                      .cseq = cseq,
                                                      .to_tag = std::move(our_tag),
                                                      .from_tag = std::move(tag),
                                                      .call_id = std::string{ours.call_id()}}))});
  }
  Outbox end(Cause cause) { return layer.when(BeginCleanup{call, cause}); }
  [[nodiscard]] const Leg& leg() const { return *layer.own().legs.find(call); }
  [[nodiscard]] const Dialog& dialog() const { return leg().dialogs.front(); }
};

inline Caller calling() {
  Caller us;
  us.layer.fact(CallStarted{.call = us.call, .session = SessionId{1}});
  const Outbox out = us.layer.when(PlaceCall{us.call, "sip:callee@192.0.2.2", sdp_text()});
  const auto sent = mail_in<SendRequest, ToTransaction>(out);
  us.invite = sent.transaction;
  us.request = sent.request;
  return us;
}

inline Caller connected_caller(std::string lines = {}) {
  Caller us = calling();
  (void)us.receive({.status = 200, .lines = std::move(lines), .body = sdp_text()});
  return us;
}

inline SendRequest sent_in(const Outbox& out) { return mail_in<SendRequest, ToTransaction>(out); }
inline Respond answer_in(const Outbox& out) { return mail_in<Respond, ToTransaction>(out); }

}  // namespace lastcall::core
