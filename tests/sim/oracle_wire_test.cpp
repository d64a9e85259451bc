// The rules about SIP messages and dialogs: each broken once by hand, and kept once.

#include "engine/sip/parse.hpp"
#include "tests/sim/oracle_story.hpp"

#include <fmt/format.h>

namespace lastcall::sim {
namespace {

// A message between us and Bob. Requests of Bob carry his tag in From, ours carry ours.
struct Wire {
  std::string branch = "z9hG4bKb1";
  std::string method = "BYE";
  std::uint32_t cseq = 2;
  bool ours = false;
  std::string uri = "sip:them@b";
};

std::string lines(const Wire& wire) {
  return fmt::format(
      "Via: SIP/2.0/UDP 10.0.0.9:5060;branch={}\r\nFrom: <sip:x@x>;tag={}\r\n"
      "To: <sip:y@y>;tag={}\r\nCall-ID: id@bob\r\nCSeq: {} {}\r\n",
      wire.branch, wire.ours ? "ours" : "theirs", wire.ours ? "theirs" : "ours", wire.cseq,
      wire.method);
}
std::string request(const Wire& wire, std::string_view method = {}) {
  return fmt::format("{} {} SIP/2.0\r\n{}Max-Forwards: 70\r\nContact: <sip:x@x>\r\n\r\n",
                     method.empty() ? wire.method : method, wire.uri, lines(wire));
}
std::string response(const Wire& wire, int status, std::string_view more = {}) {
  return fmt::format("SIP/2.0 {} Text\r\n{}{}Content-Length: 0\r\n\r\n", status, lines(wire), more);
}

const Wire kTheirBye{};
const Wire kTheirOptions{.branch = "z9hG4bKp3", .method = "OPTIONS"};
const Wire kTheirInvite{.branch = "z9hG4bKi2", .method = "INVITE"};
const Wire kOurInvite{.branch = "z9hG4bKo1", .method = "INVITE", .cseq = 5, .ours = true};

TEST(WireOfTheTests, IsWellFormed) {
  for (const std::string& text : {request(kTheirBye), response(kTheirBye, 200)}) {
    EXPECT_TRUE(sip::parse(text).has_value()) << text;
  }
}

Told& bye_comes(Told& told) {
  return told.connected()
      .heard(request(kTheirBye))
      .record(ServerTransactionStarted{.transaction = kBye,
                                       .call = kCall,
                                       .method = Method::kBye,
                                       .reply_to = {},
                                       .local = {},
                                       .head = ""});
}
ResponseSent answered(TransactionId transaction, int status) {
  return {.transaction = transaction, .call = kCall, .status = status, .to_tag = "", .wire = {}};
}
TransactionEnded over(TransactionId transaction) {
  return {transaction, kCall, TransactionEnd::kLingered};
}

TEST(I26, ARequestThatIsNeverAnsweredIsFound) {
  Told told;
  bye_comes(told).record(answered(kBye, 200)).record(over(kBye));
  EXPECT_BREAKS(told, "I-26");
}
TEST(I26, ARequestThatWasDroppedNeedsNoAnswer) {
  Told told;
  told.heard(request(kTheirBye)).record(DatagramDropped{DropReason::kCollision, {}, ""});
  EXPECT_SILENT(told);
}
TEST(I26, AnInviteWhoseCallEndsUnansweredIsFound) {
  Told told;
  told.connected().heard(request(kTheirInvite));
  told.record(ServerTransactionStarted{.transaction = kInvite,
                                       .call = kCall,
                                       .method = Method::kInvite,
                                       .reply_to = {},
                                       .local = {},
                                       .head = ""});
  told.ended_well().at(1).said(response(kTheirInvite, 487)).record(answered(kInvite, 487));
  EXPECT_BREAKS(told.record(over(kInvite)), "I-26");
}
TEST(I26, A408ToAByeIsFound) {
  Told told;
  bye_comes(told).record(answered(kBye, 408)).said(response(kTheirBye, 408)).record(over(kBye));
  EXPECT_BREAKS(told, "I-26");
}
TEST(I27, AByeAnsweredAtOnceWith200IsFine) {
  Told told;
  ResponseSent accepted = answered(kBye, 200);
  accepted.ends_at = instant_ns(32'000'000'000);  // Timer J
  bye_comes(told).record(accepted).said(response(kTheirBye, 200));
  EXPECT_SILENT(told.at(32'000).record(over(kBye)));
}
TEST(I27, AByeAnswered481IsFound) {
  Told told;
  bye_comes(told).record(answered(kBye, 481)).said(response(kTheirBye, 481)).record(over(kBye));
  EXPECT_BREAKS(told, "I-27");
}
TEST(I27, AByeThatWaitedUntilItsDialogWasForgottenMayGet481) {
  Told told;
  bye_comes(told).record(TombstoneEnded{kCall});
  told.record(answered(kBye, 481)).said(response(kTheirBye, 481)).record(over(kBye));
  EXPECT_FALSE(breaks(told.findings(), "I-27"));
}
TEST(I27, AByeAnsweredLaterIsFound) {
  Told told;
  bye_comes(told).at(1).record(answered(kBye, 200)).said(response(kTheirBye, 200));
  EXPECT_BREAKS(told.record(over(kBye)), "I-27");
}
TEST(I28, TwoFinalsOfOneInviteAreFound) {
  Told told;
  told.connected().heard(request(kTheirInvite)).said(response(kTheirInvite, 200));
  EXPECT_BREAKS(told.said(response(kTheirInvite, 487)), "I-28");
}
TEST(I26, AnAnswerHeldBackUntilACopyIsANewRequestIsThatOfTheOldOne) {
  const std::string options = request(kTheirOptions);
  Told told;
  told.heard(options).said(response(kTheirOptions, 200));
  told.at(33'000)
      .heard(options)
      .said(response(kTheirOptions, 200))
      .said(response(kTheirOptions, 481));
  EXPECT_SILENT(told);
  Told same;
  same.heard(options).said(response(kTheirOptions, 481));
  EXPECT_SILENT(same.at(33'000).heard(options).said(response(kTheirOptions, 481)));
  Told twice;
  twice.heard(options).said(response(kTheirOptions, 200)).said(response(kTheirOptions, 481));
  EXPECT_BREAKS(twice, "I-26");
}
TEST(I40, ARepeatedFinalMustBeTheSameBytes) {
  Told same;
  same.connected().heard(request(kTheirInvite)).said(response(kTheirInvite, 200));
  EXPECT_SILENT(same.said(response(kTheirInvite, 200)));
  Told other;
  other.connected().heard(request(kTheirInvite)).said(response(kTheirInvite, 200));
  EXPECT_BREAKS(other.said(response(kTheirInvite, 200, "Subject: new\r\n")), "I-40");
}

std::string ack_of_2xx() {
  return request({.branch = "z9hG4bKa1", .method = "ACK", .cseq = 5, .ours = true});
}
std::string ack_of_refusal(std::string uri = "sip:them@b") {
  return request(
      {.branch = "z9hG4bKo1", .method = "ACK", .cseq = 5, .ours = true, .uri = std::move(uri)});
}

// Shows INV-06.
TEST(I29, Every2xxNeedsItsAck) {
  const std::string ok = response(kOurInvite, 200);
  Told good;
  good.said(request(kOurInvite)).heard(ok).said(ack_of_2xx()).heard(ok);
  EXPECT_SILENT(good.said(ack_of_2xx()));
  Told bad;
  bad.said(request(kOurInvite)).heard(ok).said(ack_of_2xx());
  EXPECT_BREAKS(bad.heard(ok), "I-29");
}
TEST(I30, EveryRefusalNeedsItsAckToTheSameTarget) {
  const std::string busy = response(kOurInvite, 486);
  EXPECT_SILENT(Told{}.said(request(kOurInvite)).heard(busy).said(ack_of_refusal()));
  EXPECT_BREAKS(Told{}.said(request(kOurInvite)).heard(busy), "I-30");
  EXPECT_BREAKS(Told{}.said(request(kOurInvite)).heard(busy).said(ack_of_refusal("sip:other@b")),
                "I-30");
}

ClientTransactionStarted invite_started() {
  ClientTransactionStarted event;
  event.transaction = kInvite;
  event.call = kCall;
  event.method = Method::kInvite;
  return event;
}
CancelSent cancel() { return {kInvite, kCall, {}}; }

// Shows INV-01.
TEST(I34, ACancelBeforeAnyProvisionalResponseIsFound) {
  EXPECT_BREAKS(Told{}.record(invite_started()).record(cancel()).record(over(kInvite)), "I-34");
  const ProvisionalReceived ringing{kInvite, kCall, 180, std::nullopt};
  EXPECT_SILENT(
      Told{}.record(invite_started()).record(ringing).record(cancel()).record(over(kInvite)));
}
// Shows INV-01.
TEST(I34, ACancelAfterTheFinalResponseIsFound) {
  const ProvisionalReceived ringing{kInvite, kCall, 180, std::nullopt};
  const FinalReceived ok{kInvite, kCall, 200, {}};
  EXPECT_BREAKS(Told{}
                    .record(invite_started())
                    .record(ringing)
                    .record(ok)
                    .record(cancel())
                    .record(over(kInvite)),
                "I-34");
}
// Shows INV-01.
TEST(I34, ACancelThatMatchesNoInviteIsFound) {
  const Wire other{.branch = "z9hG4bKx", .method = "CANCEL", .cseq = 5, .ours = true};
  EXPECT_BREAKS(Told{}.said(request(kOurInvite)).said(request(other)), "I-34");
  const Wire same{.branch = "z9hG4bKo1", .method = "CANCEL", .cseq = 5, .ours = true};
  EXPECT_SILENT(Told{}.said(request(kOurInvite)).said(request(same)));
}

RequestSent sent(Method method, std::uint32_t cseq) { return {kCall, kDialog, kBye, method, cseq}; }
RequestAccepted accepted_bye() { return {kCall, kDialog, kBye, Method::kBye, 2, ""}; }
AckReceived acknowledged() { return {kCall, kDialog, 1}; }

TEST(I31, ARequestBehindAByeIsFound) {
  EXPECT_BREAKS(Told{}.connected().record(accepted_bye()).record(sent(Method::kInvite, 1)), "I-31");
  EXPECT_BREAKS(Told{}
                    .connected()
                    .record(acknowledged())
                    .record(sent(Method::kBye, 1))
                    .record(sent(Method::kBye, 2)),
                "I-31");
}
TEST(I31, AByeAgainAfterAChallengeIsFine) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .record(acknowledged())
                    .record(sent(Method::kBye, 1))
                    .record(RequestFinished{kCall, kDialog, kBye, Method::kBye, 401})
                    .record(sent(Method::kBye, 2)));
}
// Shows INV-05.
TEST(I33, ACalleesByeBeforeTheAckIsFound) {
  EXPECT_BREAKS(Told{}.connected().record(sent(Method::kBye, 1)), "I-33");
  const AcceptSent accept{kCall, kDialog, kInvite, 1, {}, instant_ns(32'000'000'000)};
  EXPECT_BREAKS(Told{}.connected().record(accept).record(sent(Method::kBye, 1)), "I-33");
  EXPECT_SILENT(
      Told{}.connected().record(accept).record(acknowledged()).record(sent(Method::kBye, 1)));
  EXPECT_SILENT(Told{}
                    .connected()
                    .record(accept)
                    .at(32'000)
                    .record(AcceptUnacknowledged{kCall, kDialog})
                    .record(sent(Method::kBye, 1)));
}
// Shows DLG-04.
TEST(I35, ACseqThatSkipsOrRepeatsIsFound) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .record(sent(Method::kInvite, 1))
                    .record(RequestFinished{kCall, kDialog, kBye, Method::kInvite, 200})
                    .record(sent(Method::kInvite, 2)));
  EXPECT_BREAKS(
      Told{}.connected().record(sent(Method::kInvite, 1)).record(sent(Method::kInvite, 3)), "I-35");
  EXPECT_BREAKS(
      Told{}.connected().record(sent(Method::kInvite, 1)).record(sent(Method::kInvite, 1)), "I-35");
}

TEST(I35, EachForkCountsOnFromTheInvite) {
  const DialogId fork{kDialog.value + 1};
  EXPECT_SILENT(Told{}
                    .connected()
                    .record(acknowledged())
                    .record(sent(Method::kBye, 1))
                    .record(RequestSent{kCall, fork, kBye, Method::kBye, 1}));
  EXPECT_BREAKS(Told{}
                    .connected()
                    .record(acknowledged())
                    .record(sent(Method::kBye, 1))
                    .record(RequestSent{kCall, fork, kBye, Method::kBye, 3}),
                "I-35");
}

RequestMended mended(Method method, std::uint32_t cseq) {
  return {.call = kCall, .transaction = kBye, .method = method, .cseq = cseq};
}

TEST(I35, ARequestSentAgainWithCredentialsTakesTheNextNumber) {
  EXPECT_SILENT(Told{}
                    .connected()
                    .record(sent(Method::kInvite, 1))
                    .record(mended(Method::kInvite, 2))
                    .record(sent(Method::kUpdate, 3)));
  EXPECT_BREAKS(Told{}
                    .connected()
                    .record(sent(Method::kInvite, 1))
                    .record(mended(Method::kInvite, 2))
                    .record(sent(Method::kBye, 4)),
                "I-35");
  EXPECT_BREAKS(Told{}.connected().record(mended(Method::kInvite, 0)), "I-35");
}

Told& hung_up(Told& told) {
  return told.connected().record(acknowledged()).ending(Cause::kLocalHangup);
}
TEST(PO2, AHangupWithoutAByeAtItsInstantIsFound) {
  Told late;
  hung_up(late).all_confirmed().ended({}, Cause::kLocalHangup);
  EXPECT_BREAKS(late.at(1).record(sent(Method::kBye, 1)), "PO-2");
  Told good;
  hung_up(good).record(sent(Method::kBye, 1));
  EXPECT_SILENT(good.all_confirmed().ended({}, Cause::kLocalHangup));
  Told crossed;
  hung_up(crossed).record(accepted_bye());
  EXPECT_SILENT(crossed.all_confirmed().ended({}, Cause::kLocalHangup));
}

}  // namespace
}  // namespace lastcall::sim
