#include "replay/state_text.hpp"

#include "engine/base/kinds.hpp"
#include "engine/core/state.hpp"
#include "engine/log/json_writer.hpp"
#include "replay/canvas.hpp"
#include "replay/fold.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

#include <ranges>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

namespace lastcall::replay {
namespace {

template <class T>
concept Writable = requires(log::JsonWriter& writer, const T& value) { writer.write(value); };

class Lines {
 public:
  explicit Lines(Instant now) : now_(now) {}

  // One value by its name, at this depth; what is empty has no line.
  template <class T>
  void put(std::string_view name, const T& value, std::size_t depth) {
    if constexpr (kIsOptional<T>) {
      if (value) put(name, *value, depth);
    } else if constexpr (std::is_same_v<T, Instant>) {
      line(name, value == kNever ? "never" : time_from(now_, value), depth);
    } else if constexpr (std::is_same_v<T, Wire>) {
      line(name, arrow_label(value.bytes), depth);
    } else if constexpr (kIsPair<T>) {
      put(name, value.first, depth);
      put(name, value.second, depth);
    } else if constexpr (kIsVariant<T>) {
      std::visit([&](const auto& each) { put(name, each, depth); }, value);
    } else if constexpr (Described<T>) {
      line(name, "", depth);
      for_each_field(value,
                     [&](std::string_view each, const auto& part) { put(each, part, depth + 1); });
    } else if constexpr (std::ranges::range<T> && !std::is_convertible_v<T, std::string_view>) {
      for (const auto& each : value) put(name, each, depth);
    } else if constexpr (Writable<T>) {
      std::string text;
      log::JsonWriter{text}.write(value);
      if (text != "\"\"" && text != "[]") line(name, text, depth);
    } else {
      line(name, "(not shown)", depth);
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void line(std::string_view name, std::string_view value, std::size_t depth) {
    text_ +=
        fmt::format("{:{}}{}{}{}\n", "", 2 * depth, name, value.empty() ? "" : ": ", inert(value));
  }

  Instant now_;
  std::string text_;
};

// The transactions that this call has had so far; those that live still are in the state.
std::set<TransactionId> transactions_of(std::span<const Record> records, CallId call) {
  std::set<TransactionId> found;
  for (const Record& record : records) {
    if (call_of(record.event) != call) continue;
    if (const auto* e = get_event<ServerTransactionStarted>(record.event)) {
      found.insert(e->transaction);
    } else if (const auto* started = get_event<ClientTransactionStarted>(record.event)) {
      found.insert(started->transaction);
    }
  }
  return found;
}

}  // namespace

std::string state_text(std::span<const Record> records, Position upto, CallId call) {
  const std::span<const Record> past = records.first(upto);
  const core::State state = fold(past, upto);
  Lines lines{past.empty() ? Instant{} : past.back().at};
  const auto& transactions = core::layer<core::TransactionLayer>(state);
  for (const TransactionId each : transactions_of(past, call)) {
    if (const auto* live = transactions.live.find(each)) lines.put("Transaction", *live, 0);
  }
  if (const auto* leg = core::layer<core::DialogLayer>(state).legs.find(call)) {
    lines.put("Dialog", *leg, 0);
  }
  if (const auto* session = core::layer<core::SessionLayer>(state).calls.find(call)) {
    lines.put("Session", *session, 0);
  }
  if (const auto* media = core::layer<core::MediaLayer>(state).calls.find(call)) {
    lines.put("Media", *media, 0);
  }
  if (const auto* client = core::layer<core::ClientLayer>(state).calls.find(call)) {
    lines.put("Client", *client, 0);
  }
  const std::string text = lines.take();
  return text.empty() ? "no layer knows this call here\n" : text;
}

}  // namespace lastcall::replay
