// Requests of ours that fail: redirections (RFC 3261 8.1.3.4), extensions that the peer does not
// know (8.1.3.5), and answers that nobody has heard of (8.1.3.2).

#include "tests/engine/core/dialogs.hpp"
#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

std::string contact(std::string_view value) { return sip::header_line(Header::kContact, value); }

// Our first INVITE, wherever its failures send it.
struct Sought : Caller {
  std::string newest;
  SendRequest sent;

  explicit Sought(Caller caller) : Caller(std::move(caller)), newest(request) {
    sent.transaction = invite;
  }
  Outbox answered(int status, std::string lines = {}) {
    const std::string text =
        text_of(newest, {.status = status, .lines = std::move(lines), .contact = {}});
    return noted(layer.when(ResponseReceived{call, sent.transaction, parsed(text), newest}));
  }
  Outbox failed(int status) {
    return noted(
        layer.when(RequestFailed{call, sent.transaction, Method::kInvite, status, newest}));
  }
  Outbox noted(Outbox out) {
    for (const Mail& mail : out.mail) {
      const auto* to = std::get_if<ToTransaction>(&mail);
      const auto* again = to == nullptr ? nullptr : std::get_if<SendRequest>(to);
      if (again != nullptr) sent = *again;
    }
    if (!sent.request.empty()) newest = sent.request;
    return out;
  }
  // Where it is now.
  [[nodiscard]] std::string target() const { return std::string{parsed(newest).request_uri()}; }
};

Sought sought() { return Sought{calling()}; }

const Lines kAgain{"RequestMended", "> Transaction SendRequest INVITE"};
const Lines kOver{"InviteFailed", "> Session CallLost remote-reject"};

// Shows UAC-04.
TEST(Redirection, IsFollowedByQEachTargetOnce_8_1_3_4) {
  Sought us = sought();
  const std::string first = us.newest;
  const Outbox out =
      us.answered(302, contact("<sip:b@192.0.2.22>;q=0.2, <sip:a@192.0.2.21>;q=0.7") +
                           contact("<sip:c@192.0.2.23>;q=0.2, <sip:callee@192.0.2.2>;q=0.9") +
                           contact("<mailto:a@example.com>, <sip:a@192.0.2.21>;q=0.1"));
  EXPECT_EQ(told(out), kAgain);
  EXPECT_EQ(us.target(), "sip:a@192.0.2.21");
  EXPECT_EQ(us.sent.destination.host, "192.0.2.21");
  for (const Header same : {Header::kTo, Header::kFrom, Header::kCallId}) {
    EXPECT_EQ(header_of(us.newest, same), header_of(first, same));
  }
  EXPECT_EQ(parsed(us.newest).cseq(), parsed(first).cseq() + 1);
  EXPECT_NE(parsed(us.newest).via().branch, parsed(first).via().branch);
  EXPECT_EQ(parsed(us.newest).body(), parsed(first).body());
  EXPECT_EQ(us.leg().invite, us.sent.transaction);
  // Equal ones in their order, whatever fails: an answer, a timeout, the transport.
  EXPECT_EQ(told(us.answered(486)), kAgain);
  EXPECT_EQ(us.target(), "sip:b@192.0.2.22");
  EXPECT_EQ(told(us.failed(408)), kAgain);
  EXPECT_EQ(us.target(), "sip:c@192.0.2.23");
  EXPECT_EQ(told(us.failed(503)).front(), "InviteFailed");
}

// Shows UAC-04.
TEST(Redirection, OfATargetGoesOnFromThereAndNeverInCircles) {
  Sought us = sought();
  (void)us.answered(300, contact("<sip:a@192.0.2.21>, <sip:b@192.0.2.22>;q=0.5"));
  (void)us.answered(301, contact("<sip:callee@192.0.2.2>, <sip:c@192.0.2.23>, <sip:a@192.0.2.21>"));
  EXPECT_EQ(us.target(), "sip:c@192.0.2.23");
  EXPECT_EQ(told(us.answered(302, contact("<sip:a@192.0.2.21>"))), kAgain);
  EXPECT_EQ(us.target(), "sip:b@192.0.2.22");
  EXPECT_EQ(told(us.answered(302, contact("<sip:c@192.0.2.23>"))), kOver);

  Sought led = sought();
  int hops = 0;
  const auto next = [&] { return contact("<sip:" + std::to_string(++hops) + "@192.0.2.9>"); };
  while (told(led.answered(302, next())) == kAgain) {
  }
  EXPECT_EQ(hops, static_cast<int>(limits::kRedirectsMax) + 1);
}

TEST(Redirection, EndsWithA6xxOrAnAccept) {
  Sought us = sought();
  (void)us.answered(302, contact("<sip:a@192.0.2.21>, <sip:b@192.0.2.22>"));
  Sought refused = us;
  EXPECT_EQ(told(refused.answered(603)), kOver);
  // Early dialogs of the target that failed are gone.
  (void)us.receive(us.newest, us.sent.transaction, {.status = 180});
  EXPECT_EQ(us.leg().dialogs.size(), 1U);
  (void)us.answered(480);
  EXPECT_TRUE(us.leg().dialogs.empty());
  const Outbox out = us.receive(us.newest, us.sent.transaction,
                                {.status = 200, .to_tag = "b", .body = sdp_text()});
  EXPECT_EQ(told(out),
            (Lines{"DialogStarted", "AckSent", "> Transaction SendAck", "> Session PeerAccepted"}));
  EXPECT_EQ(parsed(mail_in<SendAck, ToTransaction>(out).ack).cseq(), parsed(us.newest).cseq());
  EXPECT_EQ(parsed(sent_in(us.layer.when(Reoffer{us.call, sdp_text()})).request).cseq(), 4U);
}

TEST(Redirection, ToANameIsLookedUpAndSoIsTheDialogBehindIt) {
  Sought us = sought();
  (void)us.answered(302, contact("<sip:bob@pbx.example.org>"));
  EXPECT_EQ(us.sent.destination.host, "");
  EXPECT_EQ(us.sent.next_hop, "sip:bob@pbx.example.org");
  const Outbox out =
      us.receive(us.newest, us.sent.transaction,
                 {.status = 200, .body = sdp_text(), .contact = "<sip:bob@phone.example.org>"});
  EXPECT_EQ((mail_in<SendAck, ToTransaction>(out).next_hop), "sip:bob@phone.example.org");
  const SendRequest bye = sent_in(us.end(Cause::kLocalHangup));
  EXPECT_EQ(bye.destination.host, "");
  EXPECT_EQ(bye.next_hop, "sip:bob@phone.example.org");
}

TEST(Redirection, WithoutAUsableContactEndsTheCall) {
  EXPECT_EQ(told(sought().answered(302)), kOver);
  EXPECT_EQ(told(sought().answered(302, contact("<tel:+123>"))), kOver);
  EXPECT_EQ(told(sought().answered(305, contact("<sip:proxy@192.0.2.5>"))), kOver);
  EXPECT_EQ(told(sought().answered(380, contact("<sip:other@192.0.2.5>"))), kOver);
  EXPECT_EQ(told(sought().answered(404, contact("<sip:other@192.0.2.5>"))), kOver);
  // Who is called safely is not called in the open.
  Caller safe;
  safe.layer.fact(CallStarted{.call = safe.call, .session = SessionId{1}});
  const SendRequest sent =
      sent_in(safe.layer.when(PlaceCall{safe.call, "sips:callee@192.0.2.2", sdp_text()}));
  safe.invite = sent.transaction;
  safe.request = sent.request;
  EXPECT_EQ(told(Sought{safe}.answered(302, contact("<sip:a@192.0.2.21>"))), kOver);
  EXPECT_EQ(told(Sought{safe}.answered(302, contact("<sips:a@192.0.2.21>"))), kAgain);
}

TEST(Redirection, IsNotFollowedOnceTheCallIsEnding) {
  Sought us = sought();
  (void)us.end(Cause::kLocalHangup);
  const Lines lines = told(us.answered(302, contact("<sip:a@192.0.2.21>")));
  EXPECT_EQ(lines.front(), "InviteFailed");
  EXPECT_EQ(lines.size(), 3U);  // with the two duties that are none any more
  // Nor when the layer has yet to hear of it.
  Sought late = sought();
  late.layer.fact(CallTerminating{.call = late.call});
  EXPECT_EQ(told(late.answered(302, contact("<sip:a@192.0.2.21>"))), kOver);
}

TEST(Redirection, TakesNoCredentialsAlongAndEachTargetMayAskForItsOwn) {
  Sought us = sought();
  const std::string ask =
      sip::header_line(Header::kWwwAuthenticate, "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"");
  const std::string proof = sip::header_line(Header::kAuthorization, "Digest realm=\"r\"");
  const auto sign = [&] {
    return us.noted(
        us.layer.when(RequestSigned{LayerId::kDialog, us.call, us.sent.transaction, proof}));
  };
  (void)us.answered(401, ask);
  (void)sign();
  EXPECT_NE(header_of(us.newest, Header::kAuthorization), "");
  (void)us.answered(302, contact("<sip:a@192.0.2.21>, <sip:b@192.0.2.22>"));
  EXPECT_EQ(header_of(us.newest, Header::kAuthorization), "");
  EXPECT_EQ(told(us.answered(401, ask)), (Lines{"RequestChallenged", "! SignRequest"}));
  EXPECT_EQ(told(sign()), kAgain);
  EXPECT_EQ(us.target(), "sip:a@192.0.2.21");
  EXPECT_EQ(us.sent.destination.host, "192.0.2.21");
  // Who cannot be answered is passed over.
  (void)us.answered(401, sip::header_line(Header::kWwwAuthenticate, "Basic realm=\"r\""));
  EXPECT_EQ(us.target(), "sip:b@192.0.2.22");
}

// Shows UAC-04.
TEST(Redirection, ReachesTheTargetOnTheWire) {
  Engine us;
  us.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  const std::string first = us.newest(Method::kInvite);
  us.respond(Method::kInvite, {.status = 302, .contact = "<sip:new@192.0.2.2:5070>"});
  EXPECT_EQ(us.sent(), (Lines{"INVITE", "ACK", "INVITE"}));
  EXPECT_EQ(parsed(us.newest(Method::kInvite)).request_uri(), "sip:new@192.0.2.2:5070");
  us.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
  EXPECT_EQ(us.state(), CallState::kConnected);
  us.command(Op::kHangup, 2);
  EXPECT_EQ(us.sent(), (Lines{"ACK", "BYE"}));
}

// Shows UAC-05.
TEST(Unsupported, WhatThePeerDoesNotKnowIsLeftOutOnce_8_1_3_5) {
  Sought us = sought();
  EXPECT_NE(header_of(us.newest, Header::kSupported).find("timer"), std::string::npos);
  const std::string no_timer = sip::header_line(Header::kUnsupported, "timer, x-other");
  EXPECT_EQ(told(us.answered(420, no_timer)), kAgain);
  EXPECT_EQ(header_of(us.newest, Header::kSupported).find("timer"), std::string::npos);
  EXPECT_NE(header_of(us.newest, Header::kSupported).find("100rel"), std::string::npos);
  EXPECT_EQ(header_of(us.newest, Header::kSessionExpires), "");
  EXPECT_EQ(us.target(), "sip:callee@192.0.2.2");
  EXPECT_EQ(told(us.answered(420, no_timer)), kOver);
  EXPECT_EQ(told(sought().answered(420)), kOver);
  // The same in a dialog.
  Caller talking = connected_caller();
  const SendRequest hold = sent_in(talking.layer.when(Reoffer{talking.call, sdp_text()}));
  const std::string text = text_of(hold.request, {.status = 420, .lines = no_timer, .contact = {}});
  EXPECT_EQ(told(talking.layer.when(
                ResponseReceived{talking.call, hold.transaction, parsed(text), hold.request})),
            kAgain);
}

// Shows UAC-05.
TEST(Unsupported, AnOfferThatDoesNotFitCannotBeMended) {
  for (const int status : {413, 415, 416}) EXPECT_EQ(told(sought().answered(status)), kOver);
}

// Shows UAC-02.
TEST(UnknownStatus, CountsAsTheFirstOfItsClass_8_1_3_2) {
  const auto at_setup = [](int status) {
    Sought us = sought();
    return told(us.receive({.status = status, .body = sdp_text()}));
  };
  const auto in_dialog = [](int status, Method method) {
    Caller us = connected_caller();
    const SendRequest sent =
        sent_in(method == Method::kBye ? us.end(Cause::kLocalHangup)
                                       : us.layer.when(Reoffer{us.call, sdp_text()}));
    return told(us.receive(sent.request, sent.transaction, {.status = status, .body = sdp_text()}));
  };
  for (const auto& [unknown, known] :
       {std::pair{189, 183}, {299, 200}, {399, 300}, {431, 400}, {599, 500}, {699, 600}}) {
    EXPECT_EQ(at_setup(unknown), at_setup(known)) << unknown;
    EXPECT_EQ(in_dialog(unknown, Method::kInvite), in_dialog(known, Method::kInvite)) << unknown;
    EXPECT_EQ(in_dialog(unknown, Method::kBye), in_dialog(known, Method::kBye)) << unknown;
  }
  EXPECT_EQ(told(sought().answered(399, contact("<sip:a@192.0.2.21>"))), kAgain);
}

// Shows UAC-02.
TEST(UnknownStatus, OnTheWireEndsOrKeepsTheCallAsItsClassDoes) {
  Engine us;
  us.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  us.respond(Method::kInvite, {.status = 189});
  EXPECT_EQ(us.state(), CallState::kRinging);
  us.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
  us.command(Op::kHold, 2);
  (void)us.replies();
  us.respond(Method::kInvite, {.status = 431});
  EXPECT_EQ(us.replies(), (Lines{"refused"}));
  EXPECT_EQ(us.state(), CallState::kConnected);

  Engine refused;
  refused.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  refused.respond(Method::kInvite, {.status = 431});
  EXPECT_EQ(refused.sent(), (Lines{"INVITE", "ACK"}));
  refused.take(NoticeKind::kEnding);
  EXPECT_EQ(refused.end().cause, Cause::kRemoteReject);
  EXPECT_EQ(refused.end().status, 431);
}

}  // namespace
}  // namespace lastcall::core
