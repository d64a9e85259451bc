#pragma once
// A captured call, judged, as the documents that people and programs read: the HTML report, JSON,
// and JUnit for several calls. Which call, and where to, is the verb's business.

#include "replay/exports/report.hpp"
#include "replay/wire/judge.hpp"

#include <span>
#include <string>

namespace lastcall::replay::exports {

struct JudgedCall {
  const wire::Call& call;
  const wire::Findings& findings;
};

[[nodiscard]] Report report_of(const JudgedCall& judged);
[[nodiscard]] std::string to_json(const JudgedCall& judged);
// A testcase per call: broken rules are failures; one that is open is skipped.
[[nodiscard]] std::string to_junit(std::string_view suite, std::span<const JudgedCall> calls);

}  // namespace lastcall::replay::exports
