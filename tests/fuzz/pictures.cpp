// Fuzz target: a ladder with hostile words everywhere, drawn as SVG, HTML report, Mermaid and text.
// Nothing in them is markup but ours, and a terminal obeys none of it.

#include "engine/base/check.hpp"
#include "replay/exports/report.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/replay/exports/markup_reader.hpp"

#include <algorithm>
#include <string>

namespace lastcall::fuzz {
namespace {

using namespace replay;  // NOLINT: this file is about nothing else

bool is_calm(const std::string& text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\n' || (byte >= 0x20 && byte != 0x7f);
  });
}

// The words, in every place of a ladder that takes some; each line is a row.
Ladder ladder_of(std::string_view bytes) {
  const std::string head{bytes.substr(0, bytes.find('\n'))};
  Ladder ladder{.peers = {head, "bob"}, .engine = head, .rows = {}, .has_layers = false};
  while (!bytes.empty() && ladder.rows.size() < 100) {
    const std::string line{bytes.substr(0, bytes.find('\n'))};
    bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
    const std::size_t from = ladder.rows.size() % 2;
    Row row{.at = instant_ns(static_cast<std::int64_t>(line.size())), .text = line};
    if (line.starts_with('!')) {
      row.rule = line;
    } else {
      row.arrow = Arrow{.from = from, .to = from + 1, .label = line, .lost = line.size() % 5 == 0};
    }
    ladder.rows.push_back(std::move(row));
  }
  return ladder;
}

void check_document(const std::string& document, const Ladder& ladder, std::size_t scripts) {
  exports::MarkupReader reader{document};
  const std::string fault = reader.fault();
  CHECK(fault.empty(), "a document holds only our markup");
  CHECK(reader.scripts() == scripts, "a document holds only our scripts");
  CHECK(reader.rows() == ladder.rows.size(), "every row is drawn");
}

}  // namespace

void run(std::string_view bytes) {
  const Ladder ladder = ladder_of(bytes);
  const std::string words{bytes};
  exports::Report report{.title = words, .summary = {words}, .findings = {words}, .ladder = ladder};
  report.details.resize(ladder.rows.size(), {words, words});
  check_document(exports::to_svg(ladder), ladder, 0);
  check_document(exports::to_html(report), ladder, 2);
  CHECK(is_calm(exports::to_mermaid(ladder)), "a diagram holds no control codes");
  CHECK(is_calm(draw(ladder, {})), "no terminal obeys a ladder");
}

}  // namespace lastcall::fuzz
