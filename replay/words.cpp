#include "replay/words.hpp"

#include "engine/sip/body.hpp"
#include "engine/sip/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdlib>
#include <utility>

namespace lastcall::replay {
namespace {

// Fields that read better under another name.
std::string_view shown_name(std::string_view field) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShown{{
      {"required", "waits for"},
      {"held_by", "held by"},
      {"gives_up_at", "gives up"},
      {"resend_at", "again at"},
      {"frames_sent", "sent"},
      {"frames_received", "received"},
      {"frames_dropped", "dropped"},
  }};
  for (const auto& [name, shown] : kShown) {
    if (name == field) return shown;
  }
  return field;
}

// Texts that tell something; the others are ids, tags and bytes of messages.
bool is_told(std::string_view field) {
  static constexpr std::array<std::string_view, 4> kTold{"peer", "target", "sentence",
                                                         "sip_call_id"};
  return std::ranges::find(kTold, field) != kTold.end();
}

// Gathers the fields of one event.
class Words {
 public:
  explicit Words(Instant now) : now_(now) {}

  void add(std::string_view field, bool value) {
    if (value && field != "remembered") say(std::string{field});
    if (!value && field == "remembered") say("not remembered");
  }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void add(std::string_view field, const T& value) {
    if (value == 0 || field == "offer_version" || field == "owner") return;
    const bool is_status = field == "status";
    say(is_status ? fmt::format("{}", value) : fmt::format("{} {}", shown_name(field), value));
  }
  template <NamedEnum E>
  void add(std::string_view, const E& value) {
    say(std::string{name(value)});
  }
  template <class E>
  void add(std::string_view field, const EnumSet<E>& set) {
    if (!set.empty()) say(fmt::format("{} {}", shown_name(field), to_text(set)));
  }
  void add(std::string_view field, const std::string& text) {
    if (is_told(field) && !text.empty())
      say(field == "sentence" ? text : fmt::format("{} {}", field, text));
  }
  void add(std::string_view field, Instant at) {
    if (field == "deadline") say(fmt::format("deadline {}", time_from(now_, at)));
  }
  void add(std::string_view field, const Deadline& deadline) {
    (void)field;
    add("timer", deadline.timer);
  }
  template <class T>
  void add(std::string_view, const T&) {}  // ids, endpoints, bytes, what is optional or a list

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void say(const std::string& words) {
    if (!text_.empty()) text_ += ", ";
    text_ += words;
  }

  Instant now_;
  std::string text_;
};

// The direction in which audio may flow, as SDP says it.
std::string_view sdp_direction(std::string_view sdp) {
  for (const std::string_view each : {"sendonly", "recvonly", "inactive", "sendrecv"}) {
    if (sdp.find("a=" + std::string{each}) != sdp.npos) return each;
  }
  return sdp.find("c=IN IP4 0.0.0.0") != sdp.npos ? "c=0.0.0.0" : "sendrecv";
}

}  // namespace

std::string words_of(const Event& event, Instant now) {
  Words words{now};
  visit_event(event, [&](const auto& each) {
    for_each_field(each,
                   [&](std::string_view field, const auto& value) { words.add(field, value); });
  });
  return words.take();
}

std::string time_from(Instant now, Instant at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at - now).count();
  return fmt::format("{}{}.{:03} s", ms < 0 ? '-' : '+', std::abs(ms) / 1000, std::abs(ms) % 1000);
}

std::string arrow_label(std::string_view bytes) {
  if (bytes.find_first_not_of("\r\n") == bytes.npos) return "keep-alive";
  const auto message = sip::parse(std::string{bytes});
  if (!message) return "no SIP";
  const std::string method{message->method_text()};
  return message->is_request() ? method : fmt::format("{} to {}", message->status(), method);
}

std::string message_words(std::string_view bytes) {
  const auto message = sip::parse(std::string{bytes});
  if (!message) return fmt::format("{} bytes", bytes.size());
  std::string words = fmt::format("CSeq {}", message->cseq());
  if (const auto sdp = sip::body_of_type(*message, "application/sdp")) {
    words += fmt::format(", SDP {}", sdp_direction(*sdp));
  }
  return words;
}

}  // namespace lastcall::replay
