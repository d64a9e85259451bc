// Digest authentication in the dialog layer: our refused requests are signed and sent again, and
// who calls us is asked for credentials (RFC 3261 22).

#include "engine/sip/digest.hpp"
#include "engine/sip/headers.hpp"
#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

std::string www(std::string_view nonce = "n1", std::string_view more = {}) {
  return sip::header_line(
      Header::kWwwAuthenticate,
      "Digest realm=\"r\", nonce=\"" + std::string{nonce} + "\", qop=\"auth\"" + std::string{more});
}
std::string proxy(std::string_view realm) {
  return sip::header_line(Header::kProxyAuthenticate,
                          "Digest realm=\"" + std::string{realm} + "\", nonce=\"p\", qop=\"auth\"");
}
std::string credentials(std::string_view nonce = "n1") {
  return sip::header_line(Header::kAuthorization,
                          "Digest username=\"alice\", realm=\"r\", nonce=\"" + std::string{nonce} +
                              "\", uri=\"sip:callee@192.0.2.2\", response=\"00\", cnonce=\"c\", "
                              "qop=auth, nc=00000001");
}

// A peer that refuses our requests until they carry credentials.
struct Asked : Caller {
  explicit Asked(Caller caller) : Caller(std::move(caller)) {}
  // The newest request of this method that left in `out`, as the one to be answered next.
  void note(const Outbox& out) {
    const auto sent = sent_in(out);
    newest = sent.request;
    transaction = sent.transaction;
  }
  Outbox refuse(int status, const std::string& lines) {
    const std::string text =
        text_of(newest, {.status = status, .to_tag = "callee-tag", .lines = lines});
    return layer.when(ResponseReceived{call, transaction, parsed(text), newest});
  }
  Outbox sign(const std::string& lines) {
    return layer.when(RequestSigned{LayerId::kDialog, call, transaction, lines});
  }
  Outbox answer(int status) {
    const std::string text =
        text_of(newest, {.status = status, .to_tag = "callee-tag", .body = sdp_text()});
    return layer.when(ResponseReceived{call, transaction, parsed(text), {}});
  }
  std::string newest;
  TransactionId transaction;
};

Asked asked_invite() {
  Asked us{calling()};
  us.newest = us.request;
  us.transaction = us.invite;
  return us;
}

// Shows AUT-08, UAC-05.
TEST(InviteChallenged, IsSentAgainWithCredentialsAndTheNextCseq) {
  Asked us = asked_invite();
  const SipMessage first = parsed(us.newest);
  const Outbox refused = us.refuse(407, proxy("r"));
  EXPECT_EQ(told(refused), (Lines{"RequestChallenged", "! SignRequest"}));
  const auto order = output_in<SignRequest>(refused);
  EXPECT_EQ(order.layer, LayerId::kDialog);
  EXPECT_EQ(order.method, "INVITE");
  EXPECT_EQ(order.uri, first.request_uri());
  EXPECT_EQ(order.body, first.body());
  EXPECT_TRUE(order.challenges.at(0).proxy);

  const Outbox again = us.sign("Proxy-Authorization: Digest x=\"y\"\r\n");
  EXPECT_EQ(told(again), (Lines{"RequestMended", "> Transaction SendRequest INVITE"}));
  us.note(again);
  const SipMessage second = parsed(us.newest);
  EXPECT_EQ(header_of(us.newest, Header::kProxyAuthorization), "Digest x=\"y\"");
  EXPECT_EQ(second.cseq(), first.cseq() + 1);
  EXPECT_NE(second.via().branch, first.via().branch);
  EXPECT_EQ(second.call_id(), first.call_id());
  EXPECT_EQ(second.from_tag(), first.from_tag());
  EXPECT_EQ(second.body(), first.body());
  EXPECT_EQ(told(us.sign("x: y\r\n")), Lines{});  // a second signature means nothing
}

// Shows AUT-11, TXN-08.
TEST(InviteChallenged, TheAckOfItsAcceptCarriesTheSameCredentials) {
  Asked us = asked_invite();
  (void)us.refuse(401, www());
  us.note(us.sign(credentials()));
  const auto ack = mail_in<SendAck, ToTransaction>(us.answer(200)).ack;
  EXPECT_EQ(header_of(ack, Header::kAuthorization), header_of(us.newest, Header::kAuthorization));
  EXPECT_EQ(parsed(ack).cseq(), parsed(us.newest).cseq());
  EXPECT_EQ(us.leg().phase, InvitePhase::kAccepted);
}

// Shows AUT-09.
TEST(InviteChallenged, RefusedCredentialsEndTheCallUnlessTheNonceWasOld) {
  Asked us = asked_invite();
  (void)us.refuse(401, www());
  us.note(us.sign(credentials()));
  EXPECT_EQ(told(us.refuse(401, www("n2", ", stale=true"))).front(), "RequestChallenged");
  us.note(us.sign(credentials("n2")));
  const Outbox refused = us.refuse(401, www("n3"));
  EXPECT_EQ(told(refused), (Lines{"InviteFailed", "> Session CallLost remote-reject"}));
}

// Shows AUT-09.
TEST(InviteChallenged, AServerThatAsksForEverIsLeftAfterSixTries) {
  Asked us = asked_invite();
  int tries = 1;
  for (std::string nonce = "n";; nonce += "n") {
    if (told(us.refuse(401, www(nonce, ", stale=true"))).front() != "RequestChallenged") break;
    ASSERT_LE(++tries, 6);
    us.note(us.sign(credentials(nonce)));
  }
  EXPECT_EQ(tries, 6);
}

// Shows AUT-10, AUT-12.
TEST(InviteChallenged, EveryRealmOnTheWayIsAnsweredAndEveryNonceCounted) {
  Asked us = asked_invite();
  (void)us.refuse(407, proxy("p1") + proxy("p2"));
  us.note(
      us.sign("Proxy-Authorization: Digest a=\"1\"\r\nProxy-Authorization: Digest b=\"2\"\r\n"));
  const auto order = output_in<SignRequest>(us.refuse(401, www()));
  ASSERT_EQ(order.challenges.size(), 3U);
  EXPECT_FALSE(order.challenges[0].proxy);
  EXPECT_EQ(order.challenges[0].count, 1U);
  EXPECT_EQ(order.challenges[1].count, 2U);
  EXPECT_EQ(order.challenges[2].count, 2U);
  EXPECT_NE(order.challenges[1].cnonce, order.challenges[2].cnonce);
  us.note(us.sign(credentials()));
  EXPECT_FALSE(
      parsed(us.newest).header(Header::kProxyAuthorization));  // signed anew, or not at all
}

TEST(InviteChallenged, WhoAsksForTooManyRealmsIsNotServed) {
  Asked us = asked_invite();
  std::string lines;
  for (int i = 0; i < 9; ++i) lines += proxy("p" + std::to_string(i));
  EXPECT_EQ(told(us.refuse(407, lines)).front(), "InviteFailed");
}

TEST(InviteChallenged, WithoutASignatureTheCallIsRefused) {
  Asked us = asked_invite();
  (void)us.refuse(401, www());
  EXPECT_EQ(told(us.sign({})), (Lines{"InviteFailed", "> Session CallLost remote-reject"}));
}

TEST(InviteChallenged, AHangupMeanwhileOwesNothingAndSendsNothing) {
  Asked us = asked_invite();
  (void)us.refuse(401, www());
  const Outbox end = us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(end), (Lines{"InviteFailed", "DutiesTaken", "> Session CleanupDone"}));
  EXPECT_EQ(event_in<DutiesTaken>(end).duties, Duties{});
  EXPECT_EQ(told(us.sign(credentials())), Lines{});
}

TEST(InviteChallenged, ACancelGoesToTheNewTransactionAndCarriesNothing) {
  Asked us = asked_invite();
  (void)us.refuse(401, www());
  us.note(us.sign(credentials()));
  EXPECT_EQ(us.leg().phase, InvitePhase::kCalling);
  (void)us.answer(180);
  const Outbox end = us.end(Cause::kLocalHangup);
  EXPECT_EQ((mail_in<SendCancel, ToTransaction>(end).invite), us.transaction);
}

// Shows AUT-13, DLG-13.
TEST(ByeChallenged, IsSentAgainWhileTerminating_R5407D2) {
  Asked us{connected_caller()};
  us.note(us.end(Cause::kLocalHangup));
  const std::uint32_t cseq = parsed(us.newest).cseq();
  us.layer.fact(CallTerminated{.call = us.call, .remembered = true});  // the tombstone goes on
  EXPECT_EQ(told(us.refuse(401, www())), (Lines{"RequestChallenged", "! SignRequest"}));
  EXPECT_TRUE(us.leg().duties.contains(Duty::kByeFinal));
  const Outbox again = us.sign(credentials());
  EXPECT_EQ(told(again), (Lines{"RequestMended", "> Transaction SendRequest BYE"}));
  us.note(again);
  EXPECT_EQ(parsed(us.newest).cseq(), cseq + 1);
  EXPECT_EQ(told(us.answer(200)), (Lines{"RequestFinished", "DutyDone"}));
}

TEST(ByeChallenged, WithoutASignatureTheDutyIsDone) {
  Asked us{connected_caller()};
  us.note(us.end(Cause::kLocalHangup));
  (void)us.refuse(401, www());
  EXPECT_EQ(told(us.sign({})), (Lines{"RequestFinished", "DutyDone"}));
}

// Shows AUT-11.
TEST(ReinviteChallenged, IsSentAgainAndItsAckCarriesItsCredentials) {
  Asked us{connected_caller()};
  us.note(us.layer.when(Reoffer{us.call, sdp_text("sendonly")}));
  (void)us.refuse(401, www());
  us.note(us.sign(credentials()));
  EXPECT_EQ(parsed(us.newest).cseq(), 3U);
  const Outbox accepted = us.answer(200);
  const auto ack = mail_in<SendAck, ToTransaction>(accepted).ack;
  EXPECT_EQ(header_of(ack, Header::kAuthorization), header_of(us.newest, Header::kAuthorization));
}

TEST(ReinviteChallenged, WithoutASignatureTheCallGoesOnAsItWas) {
  Asked us{connected_caller()};
  us.note(us.layer.when(Reoffer{us.call, sdp_text("sendonly")}));
  (void)us.refuse(401, www());
  EXPECT_EQ(told(us.sign({})), (Lines{"RequestFinished", "> Session PeerRefused"}));
}

TEST(ReinviteChallenged, IsNotSentAgainOnceTheCallEnds_I31) {
  Asked us{connected_caller()};
  us.note(us.layer.when(Reoffer{us.call, sdp_text("sendonly")}));
  (void)us.refuse(401, www());
  (void)us.end(Cause::kLocalHangup);
  EXPECT_EQ(told(us.sign(credentials())), (Lines{"RequestFinished"}));
}

// ---- we ask

struct Doorman {
  Callee us;
  explicit Doorman(bool refuse_md5 = false) {
    us.layer.config().realm = "example.com";
    us.layer.config().aor = "sip:office@example.com";
    us.layer.config().refuse_md5 = refuse_md5;
    us.layer.clock(at_ms(600'000));
    us.call = us.layer.draws().inbound_call(kCallId, kPeerTag, "z9hG4bKb1", us.layer.now());
  }
  Outbox invite(const std::string& lines = {}) { return us.receive(first_invite(lines)); }
  Outbox judged(bool accepted) {
    return us.layer.when(CredentialsJudged{us.call, TransactionId{us.requests}, accepted});
  }
  static std::vector<sip::Challenge> challenges(const Outbox& out) {
    const std::string text =
        "SIP/2.0 401 U\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n"
        "CSeq: 1 INVITE\r\n" +
        answer_in(out).headers + "Content-Length: 0\r\n\r\n";
    return sip::challenges_of(parsed(text));
  }
  // What a caller who knows the nonce would show.
  static std::string shown(const std::string& nonce, std::string uri = "sip:lastcall@192.0.2.1",
                           sip::DigestAlgorithm algorithm = sip::DigestAlgorithm::kSha256) {
    const sip::Challenge challenge{.realm = "example.com", .nonce = nonce, .algorithm = algorithm};
    return sip::header_line(
        Header::kAuthorization,
        sip::write_credentials(sip::answer(challenge, {.username = "bob", .password = "x"},
                                           {.method = "INVITE", .uri = uri}, {.cnonce = "c"})));
  }
};

// Shows UAS-02, AUT-04, AUT-05.
TEST(AskingWho, ARequestWithoutCredentialsGetsAChallengePerAlgorithmPreferredFirst) {
  Doorman gate;
  const Outbox out = gate.invite();
  EXPECT_EQ(told(out), (Lines{"> Transaction Respond 401"}));
  const auto challenges = Doorman::challenges(out);
  ASSERT_EQ(challenges.size(), 3U);
  EXPECT_EQ(challenges[0].algorithm, sip::DigestAlgorithm::kSha256);
  EXPECT_EQ(challenges[1].algorithm, sip::DigestAlgorithm::kSha512_256);
  EXPECT_EQ(challenges[2].algorithm, sip::DigestAlgorithm::kMd5);
  for (const sip::Challenge& each : challenges) {
    EXPECT_EQ(each.realm, "example.com");
    EXPECT_TRUE(each.qop.contains(sip::Qop::kAuth));
    EXPECT_FALSE(each.stale);
  }
}

// Shows AUT-16.
TEST(AskingWho, Md5IsNeitherAskedForNorTakenWhereItIsRefused) {
  Doorman gate{true};
  const auto challenges = Doorman::challenges(gate.invite());
  ASSERT_EQ(challenges.size(), 2U);
  const std::string shown =
      Doorman::shown(challenges[0].nonce, "sip:lastcall@192.0.2.1", sip::DigestAlgorithm::kMd5);
  EXPECT_EQ(told(gate.invite(shown)), (Lines{"> Transaction Respond 401"}));
}

TEST(AskingWho, AcceptedCredentialsBeginTheCall) {
  Doorman gate;
  const std::string nonce = Doorman::challenges(gate.invite())[0].nonce;
  const Outbox held = gate.invite(Doorman::shown(nonce));
  EXPECT_EQ(told(held), (Lines{"RequestHeld", "! JudgeCredentials"}));
  EXPECT_EQ(output_in<JudgeCredentials>(held).method, "INVITE");
  EXPECT_EQ(told(gate.judged(true)),
            (Lines{"RequestJudged", "LegStarted", "DialogStarted", "> Session CallOffered"}));
  EXPECT_EQ(told(gate.judged(true)), Lines{});
  // Who has proven it once is not asked again inside the dialog (R-5407-D2, mirrored).
  gate.us.tag = gate.us.layer.draws().local_tag(gate.us.call);
  EXPECT_EQ(answer_in(gate.us.receive(Method::kBye, 11)).status, 200);
}

TEST(AskingWho, RefusedCredentialsGetAChallengeAgain) {
  Doorman gate;
  const std::string nonce = Doorman::challenges(gate.invite())[0].nonce;
  (void)gate.invite(Doorman::shown(nonce));
  EXPECT_EQ(told(gate.judged(false)), (Lines{"RequestJudged", "> Transaction Respond 401"}));
}

TEST(AskingWho, AnOldNonceIsStaleAndAForeignOneIsNot) {
  Doorman gate;
  const std::string nonce = Doorman::challenges(gate.invite())[0].nonce;
  gate.us.layer.clock(at_ms(600'000 + 4 * 60'000));
  EXPECT_EQ(told(gate.invite(Doorman::shown(nonce))).front(), "RequestHeld");
  gate.us.layer.clock(at_ms(600'000 + 5 * 60'000));
  EXPECT_TRUE(Doorman::challenges(gate.invite(Doorman::shown(nonce)))[0].stale);
  EXPECT_FALSE(Doorman::challenges(gate.invite(Doorman::shown(std::string(32, 'a'))))[0].stale);
  EXPECT_FALSE(Doorman::challenges(gate.invite(Doorman::shown("short")))[0].stale);
}

// Shows AUT-15.
TEST(AskingWho, TheDigestUriIsTheRequestsOrNamesAUserOfOurs) {
  Doorman gate;
  const std::string nonce = Doorman::challenges(gate.invite())[0].nonce;
  EXPECT_EQ(told(gate.invite(Doorman::shown(nonce, "sip:office@elsewhere.example"))).front(),
            "RequestHeld");
  EXPECT_EQ(told(gate.invite(Doorman::shown(nonce, "sip:mallory@192.0.2.1"))).front(),
            "> Transaction Respond 401");
}

// Shows AUT-07, AUT-14.
TEST(AskingWho, AnotherSchemeThanDigestSaysNothingToUs) {
  Doorman gate;
  for (const char* line : {"Authorization: NoOneKnowsThisScheme opaque-data=here\r\n",
                           "Authorization: Basic Ym9iOng=\r\n"}) {
    EXPECT_EQ(told(gate.invite(line)), (Lines{"> Transaction Respond 401"}));
  }
}

// Shows UAS-02.
TEST(AskingWho, ACancelIsNeverAskedAndEndsWhatIsBeingJudged) {
  Doorman gate;
  const std::string nonce = Doorman::challenges(gate.invite())[0].nonce;
  (void)gate.invite(Doorman::shown(nonce));
  const Outbox out =
      gate.us.layer.when(CancelReceived{gate.us.call, TransactionId{gate.us.requests}});
  EXPECT_EQ(told(out), (Lines{"RequestJudged", "> Transaction Respond 487"}));
  EXPECT_EQ(told(gate.judged(true)), Lines{});
  EXPECT_TRUE(gate.us.layer.own().held.empty());
}

// Shows UAS-02.
TEST(AskingWho, AnAckIsNeverAsked) {
  Doorman gate;
  const Outbox out = gate.us.receive({.method = Method::kAck, .cseq = 10});
  EXPECT_EQ(told(out), Lines{});
}

}  // namespace
}  // namespace lastcall::core
