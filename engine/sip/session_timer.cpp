#include "engine/sip/session_timer.hpp"

#include "engine/sip/params.hpp"

namespace lastcall::sip {

std::expected<SessionExpires, ParseError> parse_session_expires(std::string_view value) {
  const auto fail = [](const Cursor& at, const char* sentence) {
    return std::unexpected{ParseError{at.position(), sentence}};
  };
  Cursor cursor{value};
  cursor.skip_spaces();
  const std::optional<Seconds> interval = take_delta(cursor);
  if (!interval) return fail(cursor, "Session-Expires begins with seconds.");
  SessionExpires session{.interval = *interval};
  bool known = true;
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (!same_ignoring_case(found.name, "refresher")) return;
    if (same_ignoring_case(found.value, "uac")) {
      session.refresher = Refresher::kUac;
    } else if (same_ignoring_case(found.value, "uas")) {
      session.refresher = Refresher::kUas;
    } else {
      known = false;
    }
  });
  if (!fine) return fail(cursor, "Only ;name=value parameters can follow Session-Expires.");
  if (!known) return fail(cursor, "The refresher is neither uac nor uas.");
  return session;
}

std::string write_session_expires(const SessionExpires& session) {
  std::string text = write_delta(session.interval);
  if (session.refresher) text.append(";refresher=").append(name(*session.refresher));
  return text;
}

}  // namespace lastcall::sip
