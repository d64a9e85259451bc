// We ask the peer to call somebody, blind or to replace another call of ours, and hear how it goes.

#include "engine/sip/refer.hpp"
#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

struct Transferor {
  Callee us = established_callee();
  SendRequest refer;

  explicit Transferor(const std::string& target = "sip:carol@192.0.2.9") {
    refer = sent_in(us.layer.when(Transfer{us.call, target}));
  }
  Outbox respond(int status) {
    return us.layer.when(ResponseReceived{us.call, refer.transaction,
                                          parsed(text_of(refer.request, {.status = status}))});
  }
  Outbox notify(std::uint32_t cseq, const std::string& state, const std::string& line,
                const std::string& event = "refer") {
    return us.receive({.method = Method::kNotify,
                       .cseq = cseq,
                       .to_tag = us.tag,
                       .lines = "Event: " + event + "\r\nSubscription-State: " + state + "\r\n",
                       .body = line + "\r\n",
                       .type = "message/sipfrag"});
  }
};

TransferTold heard_in(const Outbox& out) { return mail_in<TransferTold, ToSession>(out); }

TEST(Transfer, SendsAReferThatSaysWhoAsks_Rfc3515_2_4_1) {
  const Transferor at;
  EXPECT_EQ(at.refer.method, Method::kRefer);
  EXPECT_EQ(header_of(at.refer.request, Header::kReferTo), "<sip:carol@192.0.2.9>");
  EXPECT_EQ(header_of(at.refer.request, Header::kReferredBy), "<sip:lastcall@192.0.2.1>");
  EXPECT_FALSE(header_of(at.refer.request, Header::kContact).empty());
}

TEST(Transfer, ProgressIsHeardAndTheLastNotifyDecides) {
  Transferor at;
  EXPECT_EQ(told(at.respond(202)), (Lines{"RequestFinished"}));
  Outbox out = at.notify(11, "active;expires=60", "SIP/2.0 180 Ringing");
  EXPECT_EQ(answer_in(out).status, 200);
  EXPECT_EQ(heard_in(out).text, "180 Ringing");
  EXPECT_FALSE(heard_in(out).is_over);
  out = at.notify(12, "terminated;reason=noresource", "SIP/2.0 200 OK");
  EXPECT_EQ(answer_in(out).status, 200);
  EXPECT_EQ(heard_in(out).status, 200);
  EXPECT_TRUE(heard_in(out).is_over);
  EXPECT_TRUE(at.us.leg().refers.empty());
  EXPECT_EQ(answer_in(at.notify(13, "active", "SIP/2.0 200 OK")).status, 481);
}

TEST(Transfer, ANotifyBeforeThe202IsTaken_RREF06) {
  Transferor at;
  EXPECT_EQ(answer_in(at.notify(11, "active;expires=60", "SIP/2.0 100 Trying")).status, 200);
  EXPECT_EQ(told(at.respond(202)), (Lines{"RequestFinished"}));
  EXPECT_EQ(at.us.leg().refers.size(), 1U);
}

TEST(Transfer, ANotifyAfterOurByeIsTakenWhileItsSubscriptionLives_RREF01) {
  Transferor at;
  (void)at.respond(202);
  (void)at.us.end(Cause::kLocalHangup);
  EXPECT_EQ(answer_in(at.notify(11, "active", "SIP/2.0 100 Trying", "refer;id=77")).status, 481);
  const Outbox out = at.notify(12, "terminated;reason=noresource", "SIP/2.0 200 OK");
  EXPECT_EQ(told(out), (Lines{"RequestAccepted", "ReferEnded", "> Transaction Respond 200"}));
  EXPECT_EQ(answer_in(at.notify(13, "active", "SIP/2.0 200 OK")).status, 481);
}

// Shows EVT-07.
TEST(Transfer, WithoutANotifyInTimeItHasFailed_TimerN) {
  Transferor at;
  (void)at.respond(202);
  const Outbox out = at.us.layer.when_due();
  EXPECT_EQ(at.us.layer.now(), at_ms(32'000));
  EXPECT_EQ(told(out), (Lines{"ReferEnded", "> Session TransferTold"}));
  EXPECT_TRUE(heard_in(out).is_over);
  EXPECT_EQ(heard_in(out).status, 0);
  // Inspection tells 481 from 489: see dialog_talk_test.
  EXPECT_EQ(answer_in(at.notify(11, "active", "SIP/2.0 200 OK")).status, 481);
  EXPECT_EQ(answer_in(at.notify(12, "active", "x", "presence")).status, 489);
}

// Shows UAC-08, DLG-12.
TEST(Transfer, AFailedReferEndsWhatItsCodeSays_ROA26) {
  for (const int status : {400, 403, 405, 408, 480, 481, 489, 500, 501, 503, 603}) {
    Transferor at;
    EXPECT_EQ(told(at.respond(status)),
              (Lines{"RequestFinished", "ReferEnded", "> Session TransferTold"}))
        << status << ": only the transfer";
  }
  for (const int status : {404, 410, 416, 482, 483, 484, 485, 502, 604}) {
    Transferor at;
    EXPECT_EQ(told(at.respond(status)),
              (Lines{"RequestFinished", "ReferEnded", "> Session TransferTold",
                     "> Session CallLost dialog-failure"}))
        << status << ": the whole dialog";
  }
}

TEST(Transfer, ToTheOtherCallOfOursNamesItInReplaces_Rfc5589_7) {
  Callee us = established_callee();
  const std::string first_tag = us.tag;
  const CallId first = us.call;
  // A second call, to be given to the peer of the first.
  us.call = us.layer.draws().inbound_call("call-2@carol", "carol-tag", "z9hG4bKc", us.layer.now());
  us.tag = us.layer.draws().local_tag(us.call);
  const PeerRequest invite{.cseq = 5,
                           .branch = "c",
                           .body = sdp_text(),
                           .contact = "<sip:carol@192.0.2.9>",
                           .from_tag = "carol-tag",
                           .call_id = "call-2@carol"};
  (void)us.receive(invite);
  const CallId second = us.call;
  const auto transfer = [&](CallId target) {
    return us.layer.when(Transfer{first, "call:" + to_hex(target)});
  };
  EXPECT_TRUE(heard_in(transfer(second)).is_over) << "an early call cannot be given away";
  (void)us.layer.when(Accept{second, sdp_text()});
  PeerRequest ack = invite;
  ack.method = Method::kAck;
  ack.to_tag = us.tag;
  ack.body = {};
  (void)us.receive(ack);
  const std::string refer = sent_in(transfer(second)).request;
  const auto target = sip::parse_refer_to(header_of(refer, Header::kReferTo));
  ASSERT_TRUE(target.has_value()) << refer;
  EXPECT_EQ(target->uri, "sip:carol@192.0.2.9");
  ASSERT_TRUE(target->replaces.has_value());
  // As carol reads it: her own tag is the to-tag.
  EXPECT_EQ(target->replaces->call_id, "call-2@carol");
  EXPECT_EQ(target->replaces->to_tag, "carol-tag");
  EXPECT_EQ(target->replaces->from_tag, us.tag);
  EXPECT_TRUE(heard_in(transfer(CallId{0x99})).is_over);
}

}  // namespace
}  // namespace lastcall::core
