#pragma once
// A whole engine between a peer that speaks SIP text and a world of streams and notices, for tests
// of complete calls. Streams start and stop at once; the client takes a notice when told to.

#include "engine/core/kernel.hpp"
#include "engine/log/memory_log.hpp"
#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {

inline PeerRequest first_invite() { return {.cseq = 10, .body = sdp_text()}; }

class Engine {
 public:
  explicit Engine(log::Syncs syncs = log::Syncs::kAtSeal) : log_(syncs) {}

  void receive(const PeerRequest& request) { deliver(datagram(text_of(request))); }
  // The peer responds to our newest request with this method.
  void respond(Method method, const PeerResponse& response) {
    deliver(datagram(text_of(newest(method), response)));
  }
  void command(Op op, std::uint64_t id, std::string target = {}) {
    const CallId call = op == Op::kCall ? CallId{} : call_;
    deliver(CommandGiven{CommandId{id}, op, call, std::move(target)});
  }
  void take(NoticeKind notice) { deliver(NoticeTaken{call_, notice}); }
  void deliver(Input input) {
    (void)kernel_.deliver(std::move(input));
    drain();
  }
  // Lets every deadline up to this instant come.
  void run_until(Instant end) {
    while (kernel_.next_deadline() <= end) {
      now_ = std::max(now_, kernel_.next_deadline());
      drain();
    }
    now_ = end;
  }
  // The log becomes durable.
  void sync() {
    log_.make_durable(log_.sealed());
    drain();
  }

  // What was sent to the peer since the last question.
  Lines sent() { return std::exchange(sent_, {}); }
  Lines take_notices() { return std::exchange(notices_, {}); }
  Lines replies() { return std::exchange(replies_, {}); }
  [[nodiscard]] int starts() const { return starts_; }
  [[nodiscard]] int stops() const { return stops_; }
  // The bytes of everything that was ever sent to the peer.
  [[nodiscard]] const std::vector<std::string>& wires() const { return wires_; }
  // The bytes of our newest message of this kind.
  [[nodiscard]] std::string newest(Method method) const {
    const std::string start = std::string{name(method)} + " ";
    for (auto it = wires_.rbegin(); it != wires_.rend(); ++it) {
      if (it->starts_with(start)) return *it;
    }
    ADD_FAILURE() << "no " << name(method) << " was sent";
    return {};
  }
  // The tag that the engine gave itself in its newest response.
  [[nodiscard]] std::string tag() const {
    for (auto it = wires_.rbegin(); it != wires_.rend(); ++it) {
      if (it->starts_with("SIP/2.0")) return std::string{parsed(*it).to_tag()};
    }
    return {};
  }

  // The call that commands, notices and questions of the test are about.
  void address(CallId call) { call_ = call; }
  [[nodiscard]] CallId call() const { return call_; }
  [[nodiscard]] CallState state() const {
    const Session* session = layer<SessionLayer>(kernel_.state()).calls.find(call_);
    return session == nullptr ? CallState::kTerminated : session->state;
  }
  template <class AnyId>
  [[nodiscard]] Found find(AnyId id) const {
    return kernel_.find(id, log_);
  }
  [[nodiscard]] const Kernel& kernel() const { return kernel_; }
  [[nodiscard]] const log::MemoryLog& log() const { return log_; }
  // The state that the log alone gives.
  [[nodiscard]] State folded() const {
    State state;
    for (const Record& record : log_.records()) fold_event(state, LayerTable{}, record.event);
    return state;
  }
  // The one end of the call; the test fails if it has another number of ends.
  [[nodiscard]] CallTerminated end() const {
    std::vector<CallTerminated> ends;
    for (const Record& record : log_.records()) {
      if (const auto* end = get_event<CallTerminated>(record.event)) ends.push_back(*end);
    }
    EXPECT_EQ(ends.size(), 1U);
    return ends.empty() ? CallTerminated{} : ends.front();
  }

 private:
  void drain() {
    OldestFirst oldest;
    for (bool more = true; more;) {
      while (kernel_.step(log_, oldest, now_)) {
      }
      for (const Output& output : kernel_.take_outputs(log_.durable())) perform(output);
      more = kernel_.ready(now_);
    }
  }
  void perform(const Output& output) {
    match(
        output,
        [&](const Transmit& m) {
          wires_.push_back(m.wire.bytes);
          sent_.push_back(told_message(m.wire.bytes));
        },
        [](const CloseConnection&) {},
        // This world knows no names and no secrets.
        [&](const Resolve& m) {
          (void)kernel_.deliver(TargetsResolved{m.call, m.transaction, {}});
        },
        [&](const SignRequest& m) {
          (void)kernel_.deliver(RequestSigned{m.layer, m.call, m.transaction, {}});
        },
        [&](const JudgeCredentials& m) {
          (void)kernel_.deliver(CredentialsJudged{m.call, m.transaction, false});
        },
        [&](const StartStream& m) {
          ++starts_;
          (void)kernel_.deliver(StreamStarted{m.call, m.stream, {"192.0.2.1", 4000, {}}});
        },
        [](const DirectStream&) {},
        [&](const StopStream& m) {
          ++stops_;
          (void)kernel_.deliver(StreamStopped{m.call, m.stream});
        },
        [](const AbortCall&) {},
        [&](const Notify& m) {
          call_ = m.call;
          notices_.push_back(std::string{name(m.notice)});
        },
        [&](const Reply& m) {
          call_ = m.call;
          replies_.push_back(std::string{name(m.result)});
        });
  }

  Kernel kernel_{test_config()};
  log::MemoryLog log_;
  Instant now_ = at_ms(0);
  CallId call_;
  std::vector<std::string> wires_;
  Lines sent_, notices_, replies_;
  int starts_ = 0;
  int stops_ = 0;
};

}  // namespace lastcall::core
