#include "engine/host/engine.hpp"

#include "engine/log/sqlite_log_reader.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>

namespace lastcall::host {
namespace {

constexpr std::chrono::seconds kPatience{20};
const Endpoint kAnyPort{.host = "127.0.0.1", .port = 0};

// Everything an engine tells, with a way to wait for it.
class Ear {
 public:
  Listener listener() {
    return {.on_notice = [this](const Notify& n) { add([&] { notices_.push_back(n); }); },
            .on_reply = [this](const Reply& r) { add([&] { replies_.push_back(r); }); },
            .on_line = [](const LogLine&) {},
            .on_log_failed = [] {}};
  }
  bool wait_for(CallId call, NoticeKind kind, CallState state) {
    std::unique_lock lock{mutex_};
    return heard_.wait_for(lock, kPatience, [&] {
      for (const Notify& n : notices_) {
        if ((!call || n.call == call) && n.notice == kind && n.state == state) return true;
      }
      return false;
    });
  }
  CallId incoming() {
    const std::lock_guard lock{mutex_};
    for (const Notify& n : notices_) {
      if (n.notice == NoticeKind::kIncoming) return n.call;
    }
    return {};
  }
  std::optional<OpResult> wait_for_reply(CommandId command) {
    std::unique_lock lock{mutex_};
    std::optional<OpResult> result;
    heard_.wait_for(lock, kPatience, [&] {
      for (const Reply& r : replies_) {
        if (r.command == command) result = r.result;
      }
      return result.has_value();
    });
    return result;
  }

 private:
  template <class F>
  void add(F&& f) {
    const std::lock_guard lock{mutex_};
    f();
    heard_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<Notify> notices_;
  std::vector<Reply> replies_;
};

std::unique_ptr<Engine> start(Ear& ear, const std::string& log = {}) {
  auto engine = Engine::start(
      {.sip = {.sip = kAnyPort}, .log_path = log, .durability = log::Durability::kProcess},
      ear.listener());
  EXPECT_TRUE(engine) << engine.error().sentence;
  return std::move(*engine);
}

std::string uri_of(const Engine& engine) { return "sip:bob@" + to_text(engine.contact()); }

// A file that is gone after the test.
class ScratchFile {
 public:
  ScratchFile() {
    std::string pattern = std::filesystem::temp_directory_path() / "lastcall-host-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~ScratchFile() { std::filesystem::remove_all(folder_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] std::string path() const { return folder_ / "run.db"; }

 private:
  std::filesystem::path folder_;
};

// Shows TRN-11.
TEST(Engine, PlacesAnswersHoldsAndEndsACallBetweenTwoEngines) {
  Ear alice_ear, bob_ear;
  const auto alice = start(alice_ear);
  const auto bob = start(bob_ear);
  const CallId call = alice->place_call(uri_of(*bob));
  ASSERT_TRUE(bob_ear.wait_for({}, NoticeKind::kIncoming, CallState::kRinging));
  (void)bob->command(Op::kAnswer, bob_ear.incoming());
  ASSERT_TRUE(alice_ear.wait_for(call, NoticeKind::kProgress, CallState::kConnected));
  EXPECT_EQ(alice_ear.wait_for_reply(alice->command(Op::kHold, call)), OpResult::kOk);
  ASSERT_TRUE(bob_ear.wait_for(bob_ear.incoming(), NoticeKind::kProgress, CallState::kOnHold));
  (void)alice->command(Op::kHangup, call);
  EXPECT_TRUE(alice_ear.wait_for(call, NoticeKind::kEnded, CallState::kTerminated));
  EXPECT_TRUE(bob_ear.wait_for(bob_ear.incoming(), NoticeKind::kEnded, CallState::kTerminated));
  EXPECT_EQ(alice->stop(kStopBound).ends_forced, 0U);
  EXPECT_EQ(bob->stop(kStopBound).ends_forced, 0U);
}

// Which transports the messages of a log came by.
std::set<Transport> transports_in(const std::string& path) {
  std::set<Transport> used;
  const auto reader = log::SqliteReader::open(path);
  EXPECT_TRUE(reader);
  EXPECT_TRUE(reader->read(1, [&](const Record& record) {
    const auto* const input = std::get_if<Input>(&record.event);
    const auto* const datagram = input ? std::get_if<DatagramReceived>(input) : nullptr;
    if (datagram) used.insert(datagram->source.transport);
    return true;
  }));
  return used;
}

// Shows TRN-14.
TEST(Engine, PlacesAndEndsACallOverTcpAndFindsTheCalleeByName) {
  const ScratchFile file;
  Ear alice_ear, bob_ear;
  const auto alice = start(alice_ear, file.path());
  const auto bob = start(bob_ear);
  const std::string port = std::to_string(bob->contact().port);
  const CallId call = alice->place_call("sip:bob@localhost:" + port + ";transport=tcp");
  ASSERT_TRUE(bob_ear.wait_for({}, NoticeKind::kIncoming, CallState::kRinging));
  (void)bob->command(Op::kAnswer, bob_ear.incoming());
  ASSERT_TRUE(alice_ear.wait_for(call, NoticeKind::kProgress, CallState::kConnected));
  (void)alice->command(Op::kHangup, call);
  EXPECT_TRUE(alice_ear.wait_for(call, NoticeKind::kEnded, CallState::kTerminated));
  EXPECT_TRUE(bob_ear.wait_for(bob_ear.incoming(), NoticeKind::kEnded, CallState::kTerminated));
  EXPECT_EQ(alice->stop(kStopBound).ends_forced, 0U);
  EXPECT_EQ(bob->stop(kStopBound).ends_forced, 0U);
  EXPECT_EQ(transports_in(file.path()), std::set<Transport>{Transport::kTcp});
}

TEST(Engine, StoppingHangsUpWhatIsLeftAndAnswersNoNewCalls) {
  Ear alice_ear, bob_ear;
  const auto alice = start(alice_ear);
  const auto bob = start(bob_ear);
  const CallId call = alice->place_call(uri_of(*bob));
  ASSERT_TRUE(bob_ear.wait_for({}, NoticeKind::kIncoming, CallState::kRinging));
  (void)bob->command(Op::kAnswer, bob_ear.incoming());
  ASSERT_TRUE(alice_ear.wait_for(call, NoticeKind::kProgress, CallState::kConnected));
  const EngineSummary summary = bob->stop(kStopBound);
  EXPECT_EQ(summary.calls_ended, 1U);
  EXPECT_EQ(summary.ends_forced, 0U);
  EXPECT_TRUE(alice_ear.wait_for(call, NoticeKind::kEnded, CallState::kTerminated));
}

TEST(Engine, AnswersEndedNotNotFoundForACallThatIsOver) {
  Ear alice_ear, bob_ear;
  const auto alice = start(alice_ear);
  const auto bob = start(bob_ear);
  const CallId call = alice->place_call(uri_of(*bob));
  ASSERT_TRUE(bob_ear.wait_for({}, NoticeKind::kIncoming, CallState::kRinging));
  (void)alice->command(Op::kHangup, call);
  ASSERT_TRUE(alice_ear.wait_for(call, NoticeKind::kEnded, CallState::kTerminated));
  EXPECT_EQ(alice_ear.wait_for_reply(alice->command(Op::kHold, call)), OpResult::kEnded);
  EXPECT_EQ(alice_ear.wait_for_reply(alice->command(Op::kHold, CallId{4711})), OpResult::kNotFound);
}

TEST(Engine, RemembersAnEndedCallAfterARestartAndContinuesItsAxisOfTime) {
  const ScratchFile file;
  CallId call;
  {
    Ear ear;
    const auto engine = start(ear, file.path());
    call = engine->place_call("sip:nobody@127.0.0.1:9");
    (void)engine->command(Op::kHangup, call);
    ASSERT_TRUE(ear.wait_for(call, NoticeKind::kEnded, CallState::kTerminated));
  }
  Ear ear;
  const auto engine = start(ear, file.path());
  EXPECT_EQ(ear.wait_for_reply(engine->command(Op::kHold, call)), OpResult::kEnded);
  (void)engine->stop(kStopBound);
  const auto reader = log::SqliteReader::open(file.path());
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->runs()->size(), 2U);
  Instant last;
  const auto done = reader->read(1, [&](const Record& record) {
    EXPECT_GE(record.at, last) << "at position " << record.pos;
    last = record.at;
    return true;
  });
  EXPECT_TRUE(done);
}

TEST(Engine, SaysWhichPortIsBusy) {
  boost::asio::io_context io;
  const boost::asio::ip::udp::socket taken{io, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  Ear ear;
  const std::uint16_t port = taken.local_endpoint().port();
  const auto engine =
      Engine::start({.sip = {.sip = {.host = "127.0.0.1", .port = port}}}, ear.listener());
  ASSERT_FALSE(engine);
  EXPECT_NE(engine.error().sentence.find(std::to_string(port)), std::string::npos);
  EXPECT_EQ(engine.error().fault, HostFault::kEnvironment);
}

}  // namespace
}  // namespace lastcall::host
