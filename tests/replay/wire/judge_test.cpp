// Each rule that can be read off the wire: a call that breaks it is named with it, and a call
// beside it that does not is left in peace.

#include "tests/replay/wire/scripted.hpp"

namespace lastcall::replay::wire {
namespace {

constexpr std::int64_t kMinute = 60'000;

Scripted answered() {
  Scripted script;
  script.answered();
  return script;
}

TEST(Judge, ACallThatEndsProperlyBreaksNoRule) {
  EXPECT_EQ(rules(answered().alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2).judged(kMinute)),
            "");
}

TEST(Judge, ACallThatStandsWhenTheCaptureEndsIsLeftOpen) {
  EXPECT_EQ(rules(answered().judged(5'000)), "I-54?");
}

TEST(Judge, ABYEThatIsNeverAnsweredIsNamed) {
  Scripted script = answered();
  for (const int ms : {1'000, 1'500, 2'500}) script.alice(ms, "BYE", 2);
  const Findings findings = script.judged(kMinute);
  EXPECT_EQ(sentences(findings),
            "I-26: BYE (CSeq 2) was never answered: sent 3 times in 1.500 s.\n");
  EXPECT_EQ(findings.at(0).packets, (std::vector<std::uint64_t>{6, 7, 8}));
  EXPECT_TRUE(findings.at(0).is_order_known);
}

TEST(Judge, ASilenceThatTheCaptureIsTooShortForIsOpen) {
  EXPECT_EQ(rules(answered().alice(1'000, "BYE", 2).judged(2'000)), "I-26?");
}

// A request over UDP that is not repeated was answered, perhaps where no tap was.
TEST(Judge, ARequestThatWasNotRepeatedIsOnlyProbablyUnanswered) {
  const Findings findings = answered().alice(1'000, "BYE", 2).judged(kMinute);
  ASSERT_EQ(rules(findings), "I-26");
  EXPECT_FALSE(findings[0].is_order_known);
}

TEST(Judge, AHoldThatIsNeverConfirmedIsNamedAsOne) {
  Scripted script = answered();
  const More hold{.body = sdp(kAlice.host, 4000, "sendonly")};
  for (const int ms : {1'000, 1'500, 2'500}) script.alice(ms, "INVITE", 2, hold);
  const std::string said = sentences(script.judged(kMinute));
  EXPECT_NE(said.find("I-26: The hold by INVITE (CSeq 2) was never confirmed"), said.npos) << said;
}

TEST(Judge, AHoldThatIsAnsweredWithSendingIsNamed) {
  Scripted script = answered();
  script.alice(1'000, "INVITE", 2, {.body = sdp(kAlice.host, 4000, "sendonly")})
      .bob(1'010, "200 to INVITE", 2, {.body = sdp(kBob.host, 4002, "sendrecv")})
      .alice(1'020, "ACK", 2)
      .alice(2'000, "BYE", 3)
      .bob(2'010, "200 to BYE", 3);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-36");
}

TEST(Judge, TwoFinalResponsesToOneInviteAreNamed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""})
      .bob(10, "180 to INVITE", 1)
      .alice(500, "CANCEL", 1, {.to_tag = ""})
      .bob(510, "200 to CANCEL", 1)
      .bob(515, "200 to INVITE", 1)
      .bob(520, "487 to INVITE", 1)
      .alice(530, "ACK", 1, {.branch = "z9hG4bK-aliceINVITE1"})
      .alice(540, "ACK", 1)
      .alice(550, "BYE", 2)
      .bob(560, "200 to BYE", 2);
  const Findings findings = script.judged(kMinute);
  EXPECT_EQ(rules(findings), "R-5407-3.1.2 I-28");
  EXPECT_EQ(findings.at(1).sentence, "200 and 487 to one INVITE (CSeq 1).");
}

TEST(Judge, ARefusalWithoutItsAckIsNamed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "486 to INVITE", 1);
  script.bob(510, "486 to INVITE", 1);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-30");
}

TEST(Judge, AnAckForARefusalRepeatsTheBranchOfItsInvite) {
  Scripted good, bad;
  for (Scripted* each : {&good, &bad}) {
    each->alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "486 to INVITE", 1);
  }
  good.alice(20, "ACK", 1, {.branch = "z9hG4bK-aliceINVITE1"});
  bad.alice(20, "ACK", 1, {.branch = "z9hG4bK-other"});
  EXPECT_EQ(rules(good.judged(kMinute)), "");
  EXPECT_EQ(rules(bad.judged(kMinute)), "I-30");
}

TEST(Judge, ACancelBeforeAnyAnswerIsNamed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""})
      .alice(5, "CANCEL", 1, {.to_tag = ""})
      .bob(10, "180 to INVITE", 1)
      .bob(12, "200 to CANCEL", 1)
      .bob(15, "487 to INVITE", 1)
      .alice(20, "ACK", 1, {.branch = "z9hG4bK-aliceINVITE1"});
  EXPECT_EQ(rules(script.judged(kMinute)), "I-34");
}

TEST(Judge, ACancelWithABranchOfItsOwnCancelsNothing) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""})
      .bob(10, "180 to INVITE", 1)
      .alice(500, "CANCEL", 1, {.branch = "z9hG4bK-new", .to_tag = ""})
      .bob(510, "481 to CANCEL", 1, {.branch = "z9hG4bK-new"})
      .bob(900, "486 to INVITE", 1)
      .alice(910, "ACK", 1, {.branch = "z9hG4bK-aliceINVITE1"});
  EXPECT_EQ(rules(script.judged(kMinute)), "I-34");
}

TEST(Judge, A200WithoutItsAckIsNamedAndSoIsTheMissingBye) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""});
  for (const int ms : {500, 1'000, 2'000, 4'000}) script.bob(ms, "200 to INVITE", 1);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-29 I-54? I-45");
}

TEST(Judge, A200ThatIsRepeatedUntilItsAckComesIsNamed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""});
  for (const int ms : {500, 1'000, 2'000, 4'000}) script.bob(ms, "200 to INVITE", 1);
  script.alice(4'020, "ACK", 1).alice(5'000, "BYE", 2).bob(5'010, "200 to BYE", 2);
  const Findings findings = script.judged(kMinute);
  ASSERT_EQ(rules(findings), "I-29");
  EXPECT_EQ(findings[0].packets, (std::vector<std::uint64_t>{2, 3, 4, 5, 6}));
  EXPECT_FALSE(findings[0].is_order_known);
}

TEST(Judge, ByeBeforeTheAckIsKnownByTheAckThatFollows) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""})
      .bob(500, "200 to INVITE", 1)
      .bob(520, "BYE", 101)
      .alice(540, "200 to BYE", 101)
      .alice(560, "ACK", 1);
  const Findings findings = script.judged(kMinute);
  ASSERT_EQ(rules(findings), "I-33");
  EXPECT_TRUE(findings[0].is_order_known);
}

// A challenge before: the call that was accepted is another INVITE of the same dialog.
TEST(Judge, AByeOfACalleeThatAcceptedTheSecondInviteIsRight) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "401 to INVITE", 1, {.to_tag = "x"});
  script.alice(20, "ACK", 1, {.branch = "z9hG4bK-aliceINVITE1", .to_tag = "x"});
  script.alice(30, "INVITE", 2, {.to_tag = ""}).bob(500, "200 to INVITE", 2);
  script.alice(510, "ACK", 2).bob(1'000, "BYE", 101).alice(1'010, "200 to BYE", 101);
  EXPECT_EQ(rules(script.judged(kMinute)), "");
}

TEST(Judge, AByeOfACalleeThatHasNotAcceptedIsNamed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "180 to INVITE", 1);
  script.bob(500, "BYE", 101).alice(510, "200 to BYE", 101);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-26? I-33");
}

// It was there, though nobody can read it: that is said instead.
TEST(Judge, AMessageThatIsBrokenIsNotMissed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "486 to INVITE", 1);
  script.broken(20,
                "ACK sip:x@198.51.100.20 SIP/2.0\r\nCall-ID: call@alice\r\nCSeq: 1 ACK\r\n\r\n");
  EXPECT_EQ(rules(script.judged(kMinute)), "grammar");
}

TEST(Judge, ForksThatAcceptAreAllEndedButOne) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""})
      .bob(500, "200 to INVITE", 1, {.to_tag = "b"})
      .bob(520, "200 to INVITE", 1, {.to_tag = "c"})
      .alice(530, "ACK", 1, {.to_tag = "b"})
      .alice(540, "ACK", 1, {.branch = "z9hG4bK-c", .to_tag = "c"});
  EXPECT_EQ(rules(script.judged(kMinute)), "I-48 I-54?");
}

TEST(Judge, A481ToTheByeOfALiveDialogIsNamed) {
  const Findings findings =
      answered().alice(1'000, "BYE", 2).bob(1'010, "481 to BYE", 2).judged(kMinute);
  EXPECT_EQ(sentences(findings), "I-27: 481 to a BYE of a live dialog.\n");
}

TEST(Judge, ByesThatCrossAreARaceAndNoFault) {
  Scripted script = answered();
  script.alice(1'000, "BYE", 2).bob(1'003, "BYE", 101);
  script.bob(1'030, "200 to BYE", 2).alice(1'033, "200 to BYE", 101);
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.2.1");
}

TEST(Judge, A481ToAByeThatCrossedIsNamed) {
  Scripted script = answered();
  script.alice(1'000, "BYE", 2).bob(1'003, "BYE", 101);
  script.bob(1'030, "200 to BYE", 2).alice(1'033, "481 to BYE", 101);
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.2.1 I-27");
}

TEST(Judge, NewByesAfterTheEndAreNamedAndSoAreThe481) {
  Scripted script = answered();
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  script.bob(1'300, "BYE", 101).alice(1'310, "481 to BYE", 101);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-31 I-27");
}

// Timer K is over: nobody need remember the dialog.
TEST(Judge, A481LongAfterTheEndIsRight) {
  Scripted script = answered();
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  script.bob(9'000, "BYE", 101).alice(9'010, "481 to BYE", 101);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-31");
}

TEST(Judge, AByeThatIsChallengedMayGoAgain) {
  Scripted script = answered();
  script.alice(1'000, "BYE", 2).bob(1'010, "401 to BYE", 2);
  script.alice(1'020, "BYE", 3).bob(1'030, "200 to BYE", 3);
  EXPECT_EQ(rules(script.judged(kMinute)), "");
}

TEST(Judge, A200ToAReinviteAfterTheByeIsNamed) {
  Scripted script = answered();
  script.alice(1'000, "INVITE", 2).bob(1'004, "BYE", 101).alice(1'030, "200 to BYE", 101);
  script.bob(1'035, "200 to INVITE", 2).alice(1'040, "ACK", 2);
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.2.2 I-32");
}

TEST(Judge, A481ToAReinviteThatCrossedTheByeIsRight) {
  Scripted script = answered();
  script.alice(1'000, "INVITE", 2).bob(1'004, "BYE", 101).alice(1'030, "200 to BYE", 101);
  script.bob(1'035, "481 to INVITE", 2);
  script.alice(1'040, "ACK", 2, {.branch = "z9hG4bK-aliceINVITE2"});
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.2.2");
}

Scripted glare(const std::string& alices_answer) {
  Scripted script = answered();
  script.alice(1'000, "INVITE", 2).bob(1'002, "INVITE", 101);
  script.alice(1'010, alices_answer + " to INVITE", 101).bob(1'020, "491 to INVITE", 2);
  script.alice(1'030, "ACK", 2, {.branch = "z9hG4bK-aliceINVITE2"});
  script.bob(1'032, "ACK", 101, {.branch = "z9hG4bK-bobINVITE101"});
  return script;
}

TEST(Judge, GlareEndsWith491OnBothSides) {
  Scripted script = glare("491");
  script.alice(2'000, "BYE", 3).bob(2'010, "200 to BYE", 3);
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.3.1");
}

TEST(Judge, WhoAcceptsAnInviteWhileItsOwnIsOpenIsNamed) {
  Scripted script = glare("200");
  script.alice(2'000, "BYE", 3).bob(2'010, "200 to BYE", 3);
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.3.1 I-37");
}

TEST(Judge, TheOwnerOfTheCallIdWaitsBeforeItTriesAgain) {
  Scripted script = glare("491");
  script.alice(1'500, "INVITE", 3).bob(1'510, "200 to INVITE", 3).alice(1'520, "ACK", 3);
  script.alice(2'000, "BYE", 4).bob(2'010, "200 to BYE", 4);
  EXPECT_EQ(rules(script.judged(kMinute)), "R-5407-3.3.1 I-38");
}

TEST(Judge, ASecondInviteWhileTheFirstIsOpenIsNamed) {
  Scripted script = answered();
  script.alice(1'000, "INVITE", 2).alice(1'100, "INVITE", 3);
  script.bob(1'200, "200 to INVITE", 2).alice(1'210, "ACK", 2);
  script.bob(1'220, "500 to INVITE", 3);
  script.alice(1'230, "ACK", 3, {.branch = "z9hG4bK-aliceINVITE3"});
  script.alice(2'000, "BYE", 4).bob(2'010, "200 to BYE", 4);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-36");
}

TEST(Judge, ACSeqThatGoesBackIsNamed) {
  Scripted script = answered();
  script.alice(900, "INFO", 7).bob(910, "200 to INFO", 7);
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  EXPECT_EQ(rules(script.judged(kMinute)), "I-35");
}

TEST(Judge, RtpAfterTheByeOfItsSenderIsNamed) {
  Scripted script = answered();
  script.rtp(600, true).rtp(620, false);
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  script.rtp(1'340, true).rtp(1'040, false);
  const Findings findings = script.judged(kMinute);
  EXPECT_EQ(sentences(findings),
            "I-21: RTP 340 ms after BYE: the caller sends on from 192.0.2.10:4000 after it hung "
            "up.\n");
  EXPECT_EQ(findings.at(0).packets, (std::vector<std::uint64_t>{8, 10}));
}

TEST(Judge, ASessionThatOutlivesItsTimerIsNamed) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""});
  script.bob(500, "200 to INVITE", 1, {.lines = "Session-Expires: 90;refresher=uac\r\n"});
  script.alice(510, "ACK", 1);
  EXPECT_EQ(rules(script.judged(2 * kMinute)), "I-54? I-49");
}

TEST(Judge, A408ToWhatIsNoInviteIsNamed) {
  const Findings findings =
      answered().alice(1'000, "BYE", 2).bob(1'010, "408 to BYE", 2).judged(kMinute);
  EXPECT_EQ(rules(findings), "I-26 I-27");
}

TEST(Judge, AReliableProvisionalResponseWantsItsPrack) {
  const More reliable{.lines = "Require: 100rel\r\nRSeq: 7\r\n"};
  Scripted bad, good;
  for (Scripted* each : {&bad, &good}) {
    each->alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "183 to INVITE", 1, reliable);
  }
  good.alice(20, "PRACK", 2, {.lines = "RAck: 7 1 INVITE\r\n"}).bob(30, "200 to PRACK", 2);
  EXPECT_EQ(rules(bad.judged(kMinute)), "I-26? RFC 3262");
  EXPECT_EQ(rules(good.judged(kMinute)), "I-26?");
}

}  // namespace
}  // namespace lastcall::replay::wire
