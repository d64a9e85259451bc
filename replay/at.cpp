#include "replay/at.hpp"

#include "engine/base/hash.hpp"
#include "engine/log/codec.hpp"
#include "replay/fold.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <set>
#include <type_traits>
#include <utility>

namespace lastcall::replay {
namespace {

// Texts longer than this are whole messages or parts of one: of these the first line is shown.
constexpr std::size_t kTextMax = 60;

// Writes described values as lines, one per field; what is empty, false or 0 is left out.
class Lines {
 public:
  explicit Lines(Instant now) : now_(now) {}

  template <class T>
  void show(std::string_view field, const T& value) {
    if constexpr (std::same_as<T, bool>) {
      if (value) say(std::string{field});
    } else if constexpr (std::integral<T>) {
      if (value != 0) say(fmt::format("{} {}", field, value));
    } else if constexpr (NamedEnum<T>) {
      say(fmt::format("{} {}", field, name(value)));
    } else if constexpr (std::same_as<T, Instant>) {
      if (value != Instant{}) say(fmt::format("{} {}", field, time_from(now_, value)));
    } else if constexpr (std::same_as<T, Duration>) {
      show_length(field, value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      show_text(field, value);
    } else if constexpr (std::same_as<T, Endpoint>) {
      if (!value.host.empty()) say(fmt::format("{} {}", field, to_text(value)));
    } else if constexpr (requires {
                           value.value;
                           to_hex(value);
                         }) {
      if (value) say(fmt::format("{} {}", field, to_hex(value)));
    } else if constexpr (Described<T>) {
      show_parts(field, [&] { show_fields(value); });
    } else {
      show_many(field, value);
    }
  }

  template <Described T>
  void show_fields(const T& object) {
    for_each_field(object, [this](std::string_view field, const auto& each) { show(field, each); });
  }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(lines_); }

 private:
  template <class E>
  void show_many(std::string_view field, const EnumSet<E>& set) {
    if (!set.empty()) say(fmt::format("{} {}", field, to_text(set)));
  }
  template <class T>
  void show_many(std::string_view field, const std::optional<T>& value) {
    if (value) show(field, *value);
  }
  template <class A, class B>
  void show_many(std::string_view field, const std::pair<A, B>& value) {
    show(field, value.first);
    show(field, value.second);
  }
  template <class... Ts>
  void show_many(std::string_view field, const std::variant<Ts...>& value) {
    std::visit([&](const auto& each) { show(field, each); }, value);
  }
  template <std::ranges::range T>
  void show_many(std::string_view field, const T& values) {
    for (const auto& each : values) show(field, each);
  }
  void show_many(std::string_view, const std::monostate&) {}
  // Tables cannot be gone through, and nothing of one call holds any.
  template <class Key, class Value>
  void show_many(std::string_view, const Table<Key, Value>&) {}

  void show_length(std::string_view field, Duration length) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
    if (ms != 0) say(fmt::format("{} {} ms", field, ms));
  }
  void show_text(std::string_view field, std::string_view text) {
    if (text.empty()) return;
    const std::string_view line = text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
    const bool is_whole = line.size() == text.size() && line.size() <= kTextMax;
    say(fmt::format("{} {}{}", field, line.substr(0, kTextMax), is_whole ? "" : " ..."));
  }
  template <class F>
  void show_parts(std::string_view field, F&& parts) {
    const std::size_t title = lines_.size();
    say(std::string{field});
    ++depth_;
    parts();
    --depth_;
    if (lines_.size() == title + 1) lines_.pop_back();  // nothing in it
  }
  void say(const std::string& words) { lines_.push_back(std::string(depth_ * 2, ' ') + words); }

  Instant now_;
  std::size_t depth_ = 0;
  std::vector<std::string> lines_;
};

// The transactions that the events of a log name, in order.
std::vector<TransactionId> transactions_of(std::span<const Record> records) {
  std::vector<TransactionId> ids;
  std::set<TransactionId> known;
  for (const Record& record : records) {
    visit_event(record.event, [&](const auto& fact) {
      for_each_field(fact, [&](std::string_view, const auto& value) {
        if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, TransactionId>) {
          if (value && known.insert(value).second) ids.push_back(value);
        }
      });
    });
  }
  return ids;
}

class Witness {
 public:
  Witness(std::span<const Record> records, CallId call, Position upto)
      : call_(call), state_(fold(records, upto)) {
    const auto end =
        std::ranges::find_if(records, [upto](const Record& each) { return each.pos > upto; });
    seen_ = records.first(static_cast<std::size_t>(end - records.begin()));
    if (!seen_.empty()) now_ = seen_.back().at;
  }

  std::vector<Knowledge> tell() {
    tell_directory();
    tell_transactions();
    tell_one("Dialog", core::layer<core::DialogLayer>(state_).legs.find(call_));
    tell_one("Session", core::layer<core::SessionLayer>(state_).calls.find(call_));
    tell_one("Media", core::layer<core::MediaLayer>(state_).calls.find(call_));
    tell_one("Client", core::layer<core::ClientLayer>(state_).calls.find(call_));
    return std::move(told_);
  }

 private:
  void tell_directory() {
    Lines lines{now_};
    lines.show("call", state_.directory.find(call_).found);
    for (const DialogId each : state_.directory.dialogs(call_)) lines.show("dialog", each);
    if (const core::Ended* ended = state_.directory.ended(call_)) lines.show("ended", *ended);
    told_.push_back({"Directory", std::move(lines).take()});
  }

  void tell_transactions() {
    Lines lines{now_};
    for (const TransactionId id : transactions_of(seen_)) {
      const core::Transaction* live = core::layer<core::TransactionLayer>(state_).live.find(id);
      if (live != nullptr && live->call == call_) lines.show(to_hex(id), *live);
    }
    told_.push_back({"Transaction", std::move(lines).take()});
  }

  template <class T>
  void tell_one(std::string who, const T* what) {
    Lines lines{now_};
    if (what != nullptr) lines.show_fields(*what);
    told_.push_back({std::move(who), std::move(lines).take()});
  }

  CallId call_;
  core::State state_;
  std::span<const Record> seen_;
  Instant now_{};
  std::vector<Knowledge> told_;
};

// The first field in which two records differ; empty if it is the kind of event.
std::string field_of(const Record& a, const Record& b) {
  if (a.cause != b.cause) return "cause";
  log::Encoded left, right;
  log::encode(a.event, left);
  log::encode(b.event, right);
  if (left.type != right.type) return {};
  if (left.data == right.data) return left.wire == right.wire ? "at" : "wire";
  // Both are JSON with members in one order: the name before the first difference.
  const auto parted = std::ranges::mismatch(left.data, right.data).in1;
  const auto at = static_cast<std::size_t>(parted - left.data.begin());
  const std::size_t colon = left.data.rfind("\":", at);
  if (colon == left.data.npos) return {};
  const std::size_t open = left.data.rfind('"', colon - 1);
  return left.data.substr(open + 1, colon - open - 1);
}

}  // namespace

std::vector<Knowledge> knowledge_of(std::span<const Record> records, CallId call, Position upto) {
  return Witness{records, call, upto}.tell();
}

std::optional<Parting> parting_of(std::span<const Record> a, std::span<const Record> b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const bool is_same_time = a[i].at - a[0].at == b[i].at - b[0].at;
    if (is_same_time && a[i].cause == b[i].cause && a[i].event == b[i].event) continue;
    return Parting{a[i].pos, a[i], b[i], field_of(a[i], b[i])};
  }
  if (a.size() == b.size()) return std::nullopt;
  Parting parting;
  (a.size() > b.size() ? parting.a : parting.b) = a.size() > b.size() ? a[common] : b[common];
  parting.at = (parting.a ? *parting.a : *parting.b).pos;
  return parting;
}

}  // namespace lastcall::replay
