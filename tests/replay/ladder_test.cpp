#include "replay/ladder.hpp"

#include "replay/canvas.hpp"
#include "replay/rows.hpp"
#include "replay/words.hpp"
#include "tests/replay/played_call.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace lastcall::replay {
namespace {

Instant at_ms(std::int64_t ms) { return instant_ns(ms * 1'000'000); }

// The story of a call that was dropped too early, in five rows.
Ladder lost_call() {
  Ladder ladder{.peers = {"bob"}, .engine = "alice", .rows = {}};
  ladder.rows = {
      {.at = at_ms(2000),
       .arrow = Arrow{.from = 0, .to = 1, .label = "BYE"},
       .track = LayerId::kTransaction,
       .mark = Mark::kReport,
       .text = "CSeq 2"},
      {.at = at_ms(2000),
       .track = LayerId::kSession,
       .mark = Mark::kEnd,
       .text = "CallTerminated  remote-bye"},
      {.at = at_ms(2005),
       .arrow = Arrow{.from = 1, .to = 0, .label = "200 to BYE", .lost = true},
       .text = "CSeq 2, lost"},
      {.at = at_ms(2020),
       .track = LayerId::kMedia,
       .mark = Mark::kWrong,
       .text = "audio asks for its call: call not found"},
      {.at = at_ms(2020), .text = "An id that was given out is found.", .rule = "I-53"},
  };
  return ladder;
}

TEST(Ladder, DrawsWireTracksAndTheBrokenRule) {
  EXPECT_EQ(draw(lost_call(), {.width = 100}),
            R"(            bob                alice  ╷ Transaction
             │                   │    ┊  ╷ Dialog
             │                   │    ┊  ┊  ╷ Session
             │                   │    ┊  ┊  ┊  ╷ Media
             │                   │    ┊  ┊  ┊  ┊  ╷ Client
   0.000     │─────── BYE ──────▶│    ○  ┊  ┊  ┊  ┊   CSeq 2
   0.000     │                   │    ┊  ┊  ■  ┊  ┊   CallTerminated  remote-bye
   0.005     │✗─── 200 to BYE ───│    ┊  ┊  ┊  ┊  ┊   CSeq 2, lost
   0.020     │                   │    ┊  ┊  ┊  ✗  ┊   audio asks for its call: call not found
━━ I-53 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
   An id that was given out is found.
)");
}

TEST(Ladder, DrawsWithAsciiAlone) {
  const std::string text = draw(lost_call(), {.width = 80, .ascii = true});
  EXPECT_EQ(text, R"(            bob                alice  . Transaction
             |                   |    :  . Dialog
             |                   |    :  :  . Session
             |                   |    :  :  :  . Media
             |                   |    :  :  :  :  . Client
   0.000     |------- BYE ------>|    o  :  :  :  :   CSeq 2
   0.000     |                   |    :  :  #  :  :   CallTerminated  remote-bye
   0.005     |x--- 200 to BYE ---|    :  :  :  :  :   CSeq 2, lost
   0.020     |                   |    :  :  :  X  :   audio asks for its call:
             |                   |    :  :  :  :  :   call not found
== I-53 ========================================================================
   An id that was given out is found.
)");
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << text;
}

TEST(Ladder, FitsTheTerminal) {
  Ladder ladder = lost_call();
  for (Row& row : ladder.rows) row.text += std::string(300, 'x') + " and many more words to tell";
  for (const std::size_t width : {60U, 80U, 100U, 160U}) {
    std::istringstream lines{draw(ladder, {.width = width})};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(width_of(line), width) << line;
  }
}

TEST(Ladder, ColoursOnlyWhenAsked) {
  EXPECT_EQ(draw(lost_call(), {}).find('\x1b'), std::string::npos);
  const std::string coloured = draw(lost_call(), {.color = true});
  const std::size_t rule = coloured.find("I-53");
  ASSERT_NE(rule, std::string::npos);
  EXPECT_EQ(coloured.substr(coloured.rfind('\x1b', rule), 7), "\x1b[1;31m");
}

// Shows SEC-05.
TEST(Ladder, HostileTextMovesNoCursor) {
  Ladder ladder = lost_call();
  ladder.peers = {"b\x1b[2Job"};
  ladder.rows[0].arrow->label = "B\rYE";
  ladder.rows[1].text = "title\x1b]0;owned\x07 \xE2\x80\xAE \xFF\xC3\xBC";
  const std::string text = draw(ladder, {.width = 100});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_NE(text.find("\\x1B]0;owned\\x07 \\xE2\\x80\\xAE \\xFF\xC3\xBC"), std::string::npos)
      << text;
}

TEST(Wrapped, BreaksAtSpacesAndCutsWordsThatAreTooLong) {
  EXPECT_EQ(wrapped("", 10), std::vector<std::string>{""});
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("abcdefghijkl", 5), (std::vector<std::string>{"abcde", "fghij", "kl"}));
}

// ---- rows

TEST(MessageWords, OnlyASessionDescriptionIsCalledSdp) {
  const auto notify = [](const std::string& type, const std::string& body) {
    return "NOTIFY sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n"
           "From: <sip:b@192.0.2.2>;tag=1\r\nTo: <sip:a@192.0.2.1>;tag=2\r\nCall-ID: c\r\n"
           "CSeq: 7 NOTIFY\r\nMax-Forwards: 70\r\nContent-Type: " +
           type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  EXPECT_EQ(message_words(notify("message/sipfrag", "SIP/2.0 200 OK\r\n")), "CSeq 7");
  EXPECT_EQ(message_words(notify("application/sdp", "v=0\r\na=sendonly\r\n")),
            "CSeq 7, SDP sendonly");
}

TEST(Rows, AServedCallIsTold) {
  PlayedCall played;
  played.connect();
  played.bye();
  const auto& records = played.log().records();
  const Ladder ladder = ladder_of(records, {}, cast_of(records), Detail::kStory);
  EXPECT_EQ(draw(ladder, {.width = 100}), R"(       10.0.0.2:5060          engine  ╷ Transaction
             │                   │    ┊  ╷ Dialog
             │                   │    ┊  ┊  ╷ Session
             │                   │    ┊  ┊  ┊  ╷ Media
             │                   │    ┊  ┊  ┊  ┊  ╷ Client
   0.000     │───── INVITE ─────▶│    ○  ┊  ┊  ┊  ┊   CSeq 1, SDP sendrecv
   0.000     │                   │    ┊  ┊  ●  ┊  ┊   CallStarted  callee, peer <sip:bob@10.0.0.2>
   0.000     │◀─ 180 to INVITE ──│    ●  ┊  ┊  ┊  ┊   CSeq 1
   0.000     │                   │    ┊  ┊  ┊  ┊  ○   CommandGiven  answer
   0.000     │                   │    ┊  ┊  ┊  ○  ┊   StreamStarted
   0.000     │                   │    ┊  ┊  ●  ┊  ┊   CallConnected  sendrecv
   0.000     │                   │    ┊  ┊  ┊  ┊  ●   CommandAnswered  answer, ok
   0.000     │◀─ 200 to INVITE ──│    ●  ┊  ┊  ┊  ┊   CSeq 1, SDP sendrecv
   0.250     │─────── ACK ──────▶│    ○  ┊  ┊  ┊  ┊   CSeq 1
   1.750     │─────── BYE ──────▶│    ○  ┊  ┊  ┊  ┊   CSeq 2
   1.750     │◀─── 200 to BYE ───│    ●  ┊  ┊  ┊  ┊   CSeq 2
   1.750     │                   │    ┊  ┊  ◐  ┊  ┊   CallTerminating  remote-bye, waits for Dialog,
             │                   │    ┊  ┊  ┊  ┊  ┊   Media, Client, deadline +5.000 s
   1.750     │                   │    ┊  ┊  ●  ┊  ┊   CleanupConfirmed  Dialog, accepted
   1.750     │                   │    ┊  ┊  ┊  ○  ┊   StreamStopped
   1.750     │                   │    ┊  ┊  ●  ┊  ┊   CleanupConfirmed  Media, accepted
   1.750     │                   │    ┊  ┊  ┊  ┊  ○   NoticeTaken  CallEnding
   1.750     │                   │    ┊  ┊  ●  ┊  ┊   CleanupConfirmed  Client, accepted
   1.750     │                   │    ┊  ┊  ■  ┊  ┊   CallTerminated  remote-bye
)");
}

TEST(Rows, ARetransmissionIsToldAsOne) {
  PlayedCall played;
  played.connect();
  std::vector<Record> records = played.log().records();
  records.resize(1);
  records.push_back(records.front());
  const Ladder ladder = ladder_of(records, {}, cast_of(records), Detail::kStory);
  EXPECT_EQ(ladder.rows.at(0).text.find("again"), std::string::npos);
  EXPECT_NE(ladder.rows.at(1).text.find("again"), std::string::npos);
}

TEST(Rows, TheRecordsOfACallBringTheInputsThatLedToThem) {
  PlayedCall played;
  played.connect();
  const auto& records = played.log().records();
  CallId call;
  for (const Record& record : records) {
    if (get_event<CallStarted>(record.event)) call = call_of(record.event);
  }
  const std::vector<Record> chosen = records_of(records, call);
  ASSERT_FALSE(chosen.empty());
  EXPECT_TRUE(get_event<DatagramReceived>(chosen.front().event));
  EXPECT_TRUE(records_of(records, CallId{99}).empty());
}

}  // namespace
}  // namespace lastcall::replay
