// Session timers (RFC 4028) of either side: what is asked and answered, who refreshes, and how a
// session without a refresh ends.

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

std::string expires(const std::string& value) { return "Session-Expires: " + value + "\r\n"; }

// The session timer in our 2xx to an INVITE with these lines; empty for none.
std::string accepted_with(std::string lines) {
  Callee us = early_callee(std::move(lines));
  const std::string headers = answer_in(us.layer.when(Accept{us.call, sdp_text()})).headers;
  const std::size_t at = headers.find("Session-Expires: ");
  if (at == std::string::npos) return {};
  std::string told = headers.substr(at + 17, headers.find('\r', at) - at - 17);
  if (headers.find("Require: timer\r\n") != std::string::npos) told += " required";
  return told;
}

// Shows TMR-01, TMR-03.
TEST(TimerCallee, AnswersByTheTableOfRfc4028_9) {
  const std::string timer = "Supported: timer\r\n";
  EXPECT_EQ(accepted_with({}), "");
  EXPECT_EQ(accepted_with(timer), "1800;refresher=uac required");
  EXPECT_EQ(accepted_with(expires("600")), "600;refresher=uas");
  EXPECT_EQ(accepted_with(timer + expires("600")), "600;refresher=uac required");
  EXPECT_EQ(accepted_with(timer + expires("600;refresher=uac")), "600;refresher=uac required");
  EXPECT_EQ(accepted_with(timer + expires("600;refresher=uas")), "600;refresher=uas required");
  EXPECT_EQ(accepted_with(timer + expires("7200")), "1800;refresher=uac required");
  EXPECT_EQ(accepted_with(timer + expires("7200") + "Min-SE: 3600\r\n"),
            "3600;refresher=uac required");
}

TEST(TimerCallee, Refuses422BelowItsMinimumWhoKnowsTimers_4028_9) {
  Callee us;
  const Respond refused =
      answer_in(us.receive(first_invite("Supported: timer\r\n" + expires("60"))));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.headers, "Min-SE: 90\r\n");
  EXPECT_EQ(us.layer.own().legs.size(), 0U);
  // A proxy put it there: the caller could not heed a 422.
  EXPECT_EQ(told(us.receive(first_invite(expires("60")))).front(), "LegStarted");
}

Caller timed_caller(const std::string& value, std::string lines = {}) {
  return connected_caller(expires(value) + lines);
}

std::int64_t due_ms(const DialogGiven& layer) {
  return to_ns(layer.own().deadlines.next()) / 1'000'000;
}

// Shows TMR-05.
TEST(Timer, IsRefreshedAtHalfAndGivenUpBeforeItsEnd_4028_10) {
  const std::vector<std::tuple<std::string, std::int64_t, std::int64_t>> table{
      {"90", 45'000, 60'000}, {"96", 48'000, 64'000}, {"1800", 900'000, 1'768'000}};
  for (const auto& [value, refresh, gives_up] : table) {
    Caller refresher = timed_caller(value + ";refresher=uac");
    EXPECT_EQ(due_ms(refresher.layer), refresh) << value;
    Caller other = timed_caller(value + ";refresher=uas");
    EXPECT_EQ(due_ms(other.layer), gives_up) << value;
    EXPECT_EQ(told(other.layer.when_due()),
              (Lines{"SessionTimerStopped", "> Session CallLost session-expired"}));
  }
}

// Shows TMR-04.
TEST(Timer, IsRefreshedByUpdateIfThePeerKnowsItElseByTheSameOffer_4028_7_4) {
  Caller us = timed_caller("600;refresher=uac", "Allow: INVITE, UPDATE\r\n");
  const SendRequest update = sent_in(us.layer.when_due());
  EXPECT_EQ(update.method, Method::kUpdate);
  EXPECT_EQ(header_of(update.request, Header::kSessionExpires), "600;refresher=uac");
  EXPECT_EQ(parsed(update.request).body(), "");
  const Outbox done =
      us.receive(update.request, update.transaction,
                 {.status = 200, .lines = expires("600;refresher=uac"), .contact = {}});
  EXPECT_EQ(told(done), (Lines{"RequestFinished", "SessionTimerSet"}));
  EXPECT_EQ(due_ms(us.layer), 600'000);

  Caller plain = timed_caller("600;refresher=uac");
  const Outbox asked = plain.layer.when_due();
  EXPECT_EQ(told(asked), (Lines{"RefreshStarted", "> Session OfferDue"}));
  EXPECT_TRUE((mail_in<OfferDue, ToSession>(asked).refresh));
  const SendRequest invite = sent_in(plain.layer.when(Reoffer{plain.call, sdp_text()}));
  EXPECT_EQ(header_of(invite.request, Header::kSessionExpires), "600;refresher=uac");
  // Our hold keeps the roles as well, whoever has which.
  Caller other = timed_caller("600;refresher=uas");
  EXPECT_EQ(header_of(sent_in(other.layer.when(Reoffer{other.call, sdp_text()})).request,
                      Header::kSessionExpires),
            "600;refresher=uas");
}

TEST(Timer, A2xxWithoutOneStopsIt_TMR03) {
  Caller us = timed_caller("600;refresher=uac");
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  (void)us.receive(sent.request, sent.transaction, {.status = 200, .body = sdp_text()});
  EXPECT_EQ(us.layer.own().deadlines.size(), 0U);
}

TEST(Timer, ThePeersRefreshMovesTheEnd_4028_10) {
  Caller us = timed_caller("600;refresher=uas");
  us.layer.clock(at_ms(300'000));
  const SipMessage ours = parsed(us.request);
  const Outbox out = us.layer.when(RequestReceived{
      us.call, TransactionId{9}, kPeer, kUs,
      parsed(text_of({.method = Method::kUpdate,
                      .cseq = 1,
                      .to_tag = std::string{ours.from_tag()},
                      .lines = "Supported: timer\r\n" + expires("600;refresher=uac"),
                      .from_tag = "callee-tag",
                      .call_id = std::string{ours.call_id()}}))});
  EXPECT_NE(answer_in(out).headers.find(expires("600;refresher=uac")), std::string::npos);
  EXPECT_EQ(due_ms(us.layer), 300'000 + 600'000 - 32'000);
}

// Shows TMR-06.
TEST(Timer, ARefreshThatFindsNobodyEndsTheCall_RST04) {
  for (const int status : {408, 481}) {
    Caller us = timed_caller("600;refresher=uac", "Allow: UPDATE\r\n");
    const SendRequest update = sent_in(us.layer.when_due());
    EXPECT_EQ(told(us.receive(update.request, update.transaction, {.status = status})),
              (Lines{"RequestFinished", "> Session CallLost session-expired"}));
    Caller plain = timed_caller("600;refresher=uac");
    (void)plain.layer.when_due();
    const SendRequest invite = sent_in(plain.layer.when(Reoffer{plain.call, sdp_text()}));
    EXPECT_EQ(told(plain.receive(invite.request, invite.transaction, {.status = status})),
              (Lines{"RequestFinished", "> Session CallLost session-expired"}));
  }
  Caller us = timed_caller("600;refresher=uac", "Allow: UPDATE\r\n");
  const SendRequest update = sent_in(us.layer.when_due());
  EXPECT_EQ(told(us.layer.when(RequestFailed{us.call, update.transaction, Method::kUpdate, 408})),
            (Lines{"RequestFinished", "> Session CallLost session-expired"}));
}

// Shows TMR-07.
TEST(Timer, TheRefresherTriesAgainButNotForEverAndGuardsTheEnd_I49) {
  Caller us = timed_caller("600;refresher=uac", "Allow: UPDATE\r\n");
  int tries = 0;
  while (us.layer.own().deadlines.next() < at_ms(600'000)) {
    const SendRequest update = sent_in(us.layer.when_due());
    (void)us.receive(update.request, update.transaction, {.status = 503});
    ASSERT_LT(++tries, 20);
  }
  EXPECT_GT(tries, 1);
  EXPECT_EQ(told(us.layer.when_due()),
            (Lines{"SessionTimerStopped", "> Session CallLost session-expired"}));
  EXPECT_EQ(us.layer.now(), at_ms(600'000));
  // At the end of the call nothing of it is left.
  Caller ending = timed_caller("600;refresher=uac");
  (void)ending.end(Cause::kLocalHangup);
  EXPECT_EQ(ending.layer.own().deadlines.size(), 1U);
  EXPECT_EQ(told(ending.layer.when_due()), (Lines{"TombstoneEnded"}));
}

TEST(Timer, DoesNotFireInACallThatHasBegunToEnd_RST01) {
  Caller us = timed_caller("600;refresher=uac", "Allow: UPDATE\r\n");
  us.layer.fact(CallTerminating{.call = us.call});
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"RefreshStarted"}));
}

TEST(Timer, APeerThatOnlySaysUpdateIsRefreshedByInvite) {
  Caller us = timed_caller("600;refresher=uac", "Allow: UPDATE\r\n");
  const SendRequest update = sent_in(us.layer.when_due());
  EXPECT_EQ(told(us.receive(update.request, update.transaction, {.status = 501})),
            (Lines{"RequestFinished", "PeerLearned", "> Session OfferDue"}));
}

// Shows TMR-02.
TEST(Timer, A422IsHeededOnceAndRemembered_RST06) {
  Caller us = calling();
  EXPECT_EQ(header_of(us.request, Header::kSessionExpires), "1800");
  const Outbox out = us.layer.when(ResponseReceived{
      us.call, us.invite, parsed(text_of(us.request, {.status = 422, .lines = "Min-SE: 3600\r\n"})),
      us.request});
  EXPECT_EQ(told(out),
            (Lines{"MinSeLearned", "RequestMended", "> Transaction SendRequest INVITE"}));
  const SendRequest again = sent_in(out);
  EXPECT_EQ(parsed(again.request).cseq(), 2U);
  EXPECT_EQ(header_of(again.request, Header::kSessionExpires), "3600");
  EXPECT_EQ(header_of(again.request, Header::kMinSe), "3600");
  EXPECT_EQ(parsed(again.request).body(), sdp_text());
  EXPECT_EQ(us.leg().invite, again.transaction);
  // The same 422 once more is a refusal.
  const Outbox refused = us.layer.when(ResponseReceived{
      us.call, again.transaction,
      parsed(text_of(again.request, {.status = 422, .lines = "Min-SE: 3600\r\n"})), again.request});
  EXPECT_EQ(told(refused).back(), "> Session CallLost remote-reject");

  Caller held = timed_caller("600;refresher=uas");
  const SendRequest hold = sent_in(held.layer.when(Reoffer{held.call, sdp_text()}));
  EXPECT_EQ(
      told(held.receive(hold.request, hold.transaction,
                        {.status = 422, .lines = "Min-SE: 900\r\n"})),
      (Lines{"RequestFinished", "MinSeLearned", "> Session OfferDeferred", "> Session OfferDue"}));
  const SendRequest longer = sent_in(held.layer.when(Reoffer{held.call, sdp_text()}));
  EXPECT_EQ(header_of(longer.request, Header::kSessionExpires), "900;refresher=uas");
}

// Shows UAS-35.
TEST(TimerCallee, The2xxNamesWhatWeCanDo_13_3_1_4) {
  Callee us = early_callee();
  const std::string headers = answer_in(us.layer.when(Accept{us.call, sdp_text()})).headers;
  for (const std::string line : {"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE",
                                 "Supported: 100rel, timer, replaces, norefersub\r\n",
                                 "Accept: application/sdp", "Contact: <"}) {
    EXPECT_NE(headers.find(line), std::string::npos) << line << headers;
  }
}

}  // namespace
}  // namespace lastcall::core
