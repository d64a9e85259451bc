#include "engine/sip/delta.hpp"

#include "engine/sip/params.hpp"

namespace lastcall::sip {
namespace {

std::unexpected<ParseError> fail(const Cursor& at, const char* sentence) {
  return std::unexpected{ParseError{at.position(), sentence}};
}

// "(text (nested) \) more)"; false, with the cursor at the fault, if it is not closed.
bool skip_comment(Cursor& cursor) {
  int depth = 0;
  do {
    if (cursor.at_end()) return false;
    const char c = cursor.peek();
    (void)cursor.eat(c);
    if (c == '\\' && !cursor.at_end()) (void)cursor.eat(cursor.peek());
    if (c == '(') ++depth;
    if (c == ')') --depth;
  } while (depth > 0);
  return true;
}

}  // namespace

std::optional<Seconds> take_delta(Cursor& cursor) {
  // Digits are token characters, too: a number that is followed by letters is no number.
  const auto number = parse_number(cursor.take(classes::kToken), 0xffff'ffffU);
  return number ? std::optional{Seconds{static_cast<std::int64_t>(*number)}} : std::nullopt;
}

std::expected<Seconds, ParseError> parse_delta(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  const std::optional<Seconds> length = take_delta(cursor);
  if (!length) return fail(cursor, "This is no number of seconds below 2^32.");
  if (!take_params(cursor, [](const Param&) {})) return fail(cursor, "Seconds stand alone.");
  return *length;
}

std::string write_delta(Seconds length) { return std::to_string(length.count()); }

std::expected<RetryAfter, ParseError> parse_retry_after(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  const std::optional<Seconds> delay = take_delta(cursor);
  if (!delay) return fail(cursor, "This is no number of seconds below 2^32.");
  RetryAfter retry{.delay = *delay};
  cursor.skip_spaces();
  if (cursor.peek() == '(' && !skip_comment(cursor))
    return fail(cursor, "A comment is not closed.");
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (!same_ignoring_case(found.name, "duration")) return;
    Cursor inside{found.value};
    retry.duration = take_delta(inside);
  });
  if (!fine) return fail(cursor, "Only ;name=value parameters can follow Retry-After.");
  return retry;
}

std::string write_retry_after(const RetryAfter& retry) {
  std::string text = write_delta(retry.delay);
  if (retry.duration) text.append(";duration=").append(write_delta(*retry.duration));
  return text;
}

}  // namespace lastcall::sip
