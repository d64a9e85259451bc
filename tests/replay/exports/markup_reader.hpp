#pragma once
// Reads the documents that the exporters write as a strict reader of markup would, and says what in
// them is not ours: an element or attribute that no exporter writes, a script too many, a control
// code. For tests and the fuzz target of pictures.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace lastcall::replay::exports {

class MarkupReader {
 public:
  explicit MarkupReader(std::string_view document) : rest_(document) {}

  // The first thing that is not ours; empty if all is well.
  std::string fault() {
    for (const char c : rest_) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n') || byte == 0x7f) return "a control code";
    }
    while (fault_.empty() && !rest_.empty()) {
      rest_.front() == '<' ? tag() : text();
    }
    return fault_;
  }
  [[nodiscard]] std::size_t scripts() const { return scripts_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }

 private:
  static constexpr std::array<std::string_view, 34> kElements{
      "!doctype", "html", "head",      "meta",     "title",   "style",   "body",  "header", "h1",
      "ul",       "li",   "strong",    "main",     "div",     "aside",   "label", "span",   "input",
      "p",        "kbd",  "pre",       "script",   "svg",     "g",       "line",  "path",   "text",
      "circle",   "?xml", "testsuite", "testcase", "failure", "skipped", "rect"};

  void text() {
    const std::size_t end = std::min(rest_.find('<'), rest_.size());
    if (rest_.substr(0, end).find('>') != rest_.npos) fault_ = "a loose >";
    rest_.remove_prefix(end);
  }

  // To the > that is not in quotes.
  std::string_view take_tag() {
    char quote = 0;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '<') break;
      if (quote == 0 && c == '>') {
        const std::string_view tag = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return tag;
      }
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    fault_ = "a tag without an end";
    return {};
  }

  void tag() {
    std::string_view tag = take_tag();
    if (!fault_.empty()) return;
    const bool is_end = tag.starts_with('/');
    if (is_end) tag.remove_prefix(1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" /"));
    if (std::ranges::find(kElements, name) == kElements.end()) {
      fault_ = "the element '" + std::string{name} + "'";
      return;
    }
    if (tag.find("class=\"row\"") != tag.npos) ++rows_;
    for (const char* forbidden :
         {" on", " src", " href", "javascript:", " srcdoc", " formaction"}) {
      if (tag.find(forbidden) != tag.npos) fault_ = "in a tag: " + std::string{tag};
    }
    if (is_end) return;
    if (name == "script") ++scripts_;
    if (name == "script" || name == "style") skip_to("</" + std::string{name} + ">");
  }

  void skip_to(const std::string& end) {
    const std::size_t at = rest_.find(end);
    if (at == rest_.npos) fault_ = "no " + end;
    rest_.remove_prefix(std::min(at, rest_.size()));
  }

  std::string_view rest_;
  std::string fault_;
  std::size_t scripts_ = 0;
  std::size_t rows_ = 0;
};

}  // namespace lastcall::replay::exports
