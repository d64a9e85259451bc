#pragma once
// How a layer is tested: given events, when a piece of mail comes, then these events, mail and
// outputs. The state is the fold of the given events and of what was decided since, exactly as in
// the kernel; the clock stands still until the test moves it.

#include "engine/core/state.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::core {

using namespace std::chrono_literals;

// Instants are told in whole milliseconds from the start.
inline Instant at_ms(std::int64_t ms) { return Instant{std::chrono::milliseconds{ms}}; }

inline Config test_config() {
  Config config;
  config.contact = {"192.0.2.1", 5060, Transport::kUdp};
  config.cleanup_layers = ForEachLayer<Layers>::cleanup_layers();
  return config;
}

// "BeginCleanup" for a BeginCleanup.
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  return text.substr(text.rfind(':') + 1);
}

// "200 BYE" or "BYE": what kind of message these bytes are.
inline std::string told_message(std::string_view bytes) {
  const auto word = [](std::string_view text, std::size_t nth) {
    while (nth-- > 0) text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
    return std::string{text.substr(0, text.find_first_of(" \r"))};
  };
  if (!bytes.starts_with("SIP/2.0 ")) return word(bytes, 0);
  const std::size_t cseq = bytes.find("CSeq: ");
  return word(bytes, 1) + " " + (cseq == bytes.npos ? "?" : word(bytes.substr(cseq), 2));
}

using Lines = std::vector<std::string>;

inline std::string told(const Event& event) { return std::string{type_of(event)}; }

// "CallLost remote-bye": the type, and what tells one of its kind from another.
template <class M>
std::string told_mail(const M& mail) {
  std::string text{type_name<M>()};
  if constexpr (std::is_same_v<M, Respond>) text += " " + std::to_string(mail.status);
  if constexpr (std::is_same_v<M, Refuse>) text += " " + std::to_string(mail.status);
  if constexpr (std::is_same_v<M, SendRequest>) text += " " + std::string{name(mail.method)};
  if constexpr (std::is_same_v<M, CallLost>) text += " " + std::string{name(mail.cause)};
  return text;
}

inline std::string told(const Mail& mail) {
  return std::visit(
      [](const auto& to_layer) {
        return std::visit([](const auto& each) { return told_mail(each); }, to_layer);
      },
      mail);
}

inline std::string told(const Output& output) {
  return std::visit(
      [](const auto& each) {
        using T = std::remove_cvref_t<decltype(each)>;
        std::string text{T::kName};
        if constexpr (std::is_same_v<T, Transmit>) text += " " + told_message(each.wire.bytes);
        if constexpr (std::is_same_v<T, Notify>) text += " " + std::string{name(each.notice)};
        if constexpr (std::is_same_v<T, Reply>) text += " " + std::string{name(each.result)};
        return text;
      },
      output);
}

// One line for each thing a decision did: "CallTerminating", "> Media BeginCleanup",
// "! Transmit 200 BYE". An order that need not wait for the log has "!!".
inline Lines told(const Outbox& out) {
  Lines lines;
  for (const Event& event : out.events) lines.push_back(told(event));
  for (const Mail& mail : out.mail) {
    lines.push_back("> " + std::string{name(receiver_of(mail))} + " " + told(mail));
  }
  for (const GatedOutput& order : out.outputs) {
    lines.push_back((order.gate == Gate::kFree ? "!! " : "! ") + told(order.output));
  }
  return lines;
}

// The first event, mail or output of this type; the test fails, and gets an empty one, if none is.
template <class E>
E event_in(const Outbox& out) {
  for (const Event& event : out.events) {
    if (const auto* found = get_event<E>(event)) return *found;
  }
  ADD_FAILURE() << "no " << type_name<E>() << " among " << ::testing::PrintToString(told(out));
  return {};
}

template <class M, class ToLayer>
M mail_in(const Outbox& out) {
  for (const Mail& mail : out.mail) {
    const auto* to_layer = std::get_if<ToLayer>(&mail);
    if (to_layer == nullptr) continue;
    if (const auto* found = std::get_if<M>(to_layer)) return *found;
  }
  ADD_FAILURE() << "no " << type_name<M>() << " among " << ::testing::PrintToString(told(out));
  return {};
}

template <class O>
O output_in(const Outbox& out) {
  for (const GatedOutput& order : out.outputs) {
    if (const auto* found = std::get_if<O>(&order.output)) return *found;
  }
  ADD_FAILURE() << "no " << type_name<O>() << " among " << ::testing::PrintToString(told(out));
  return {};
}

template <class Layer>
class Given {
 public:
  // Folds a fact that happened before.
  template <class Fact>
  Given& fact(Fact each) {
    fold_event(state_, LayerTable{}, event_of(std::move(each)));
    return *this;
  }

  // Decides on a piece of mail and folds what it recorded.
  template <class M>
  Outbox when(M mail) {
    const typename Layer::Input input{std::move(mail)};
    Outbox out;
    Layer::decide(layer<Layer>(state_), input, {now_, state_.directory, config_, draws_}, out);
    for (const Event& event : out.events) fold_event(state_, LayerTable{}, event);
    return out;
  }

  // Moves the clock to the layer's next deadline and lets it come.
  Outbox when_due() {
    DeadlineDue due{.layer = LayerId::kWorld, .call = {}, .deadline = {}};
    const DeadlineIndex& index = layer<Layer>(state_).deadlines;
    now_ = std::max(now_, index.next());
    bool first = true;
    index.for_each_due(now_, [&](const Deadline& deadline, CallId call) {
      if (first) due = {LayerId::kWorld, call, deadline};
      first = false;
    });
    EXPECT_FALSE(first) << "nothing is due";
    Outbox out = when(due);
    EXPECT_FALSE(index.contains(due.deadline, due.call)) << "a handled deadline must move";
    return out;
  }

  // The next `count` deadlines as "500 Transmit BYE": the instant in ms and what leaves then.
  Lines schedule(int count) {
    Lines lines;
    for (int i = 0; i < count; ++i) {
      const Outbox out = when_due();
      const std::string what =
          out.outputs.empty() ? told(out).front() : told(out.outputs.front().output);
      lines.push_back(std::to_string(to_ns(now_) / 1'000'000) + " " + what);
    }
    return lines;
  }

  Given& clock(Instant now) {
    now_ = now;
    return *this;
  }
  Config& config() { return config_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const Draws& draws() const { return draws_; }
  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] const typename Layer::State& own() const { return layer<Layer>(state_); }

 private:
  Config config_ = test_config();
  Draws draws_{config_.seed, config_.shard};
  State state_;
  Instant now_ = at_ms(0);
};

}  // namespace lastcall::core
