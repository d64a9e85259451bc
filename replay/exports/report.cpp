#include "replay/exports/report.hpp"

#include "replay/exports/markup.hpp"

#include <fmt/format.h>

namespace lastcall::replay::exports {
namespace {

constexpr std::string_view kStyle = R"(
body{margin:0;background:var(--paper);color:var(--ink);font:15px system-ui,sans-serif}
header{padding:1em 1.5em;border-bottom:1px solid var(--line)}
h1{font-size:1.2em;margin:0 0 .4em;overflow-wrap:anywhere}
.failed{color:var(--bad)}.passed{color:var(--good)}.open{color:var(--dim)}
ul{margin:.4em 0;padding-left:1.2em}
main{display:grid;grid-template-columns:minmax(0,1fr) 26em;gap:1em;padding:0 1.5em}
#ladder{overflow:auto}
aside{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:1em 0}
input[type=range]{width:100%}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
pre{font:12px ui-monospace,Menlo,Consolas,monospace}
pre{border:1px solid var(--line);padding:.6em}
.row{cursor:pointer}
.row.later{opacity:.25}
.row.here text{font-weight:bold}
kbd{border:1px solid var(--line);border-radius:3px;padding:0 .3em}
@media(max-width:70em){
main{grid-template-columns:minmax(0,1fr)}
aside{top:auto;bottom:0;max-height:40vh;background:var(--paper);border-top:1px solid var(--line)}
}
)";

// The page is complete without it; it adds the slider.
constexpr std::string_view kScript = R"(
'use strict';
const details=JSON.parse(document.getElementById('details').textContent);
const rows=[...document.querySelectorAll('.row')];
const slider=document.getElementById('position');
function show(at,isSeen){
  at=Math.max(0,Math.min(rows.length-1,at));
  slider.value=at;
  rows.forEach((row,i)=>{row.classList.toggle('later',i>at);row.classList.toggle('here',i===at)});
  document.getElementById('where').textContent=(at+1)+' of '+rows.length;
  document.getElementById('state').textContent=details[at].state;
  document.getElementById('bytes').textContent=details[at].bytes||'(no message)';
  const box=rows[at].getBoundingClientRect();
  if(!isSeen&&(box.top<60||box.bottom>.6*innerHeight))rows[at].scrollIntoView({block:'center'});
}
slider.addEventListener('input',()=>show(+slider.value));
rows.forEach((row,i)=>row.addEventListener('click',()=>show(i,true)));
document.addEventListener('keydown',event=>{
  const steps={ArrowDown:1,j:1,ArrowUp:-1,k:-1,PageDown:10,PageUp:-10};
  if(event.key in steps){show(+slider.value+steps[event.key]);event.preventDefault()}
  if(event.key==='Home'){show(0);event.preventDefault()}
  if(event.key==='End'){show(rows.length-1);event.preventDefault()}
});
if(rows.length)show(rows.length-1,true);
)";

std::string list_of(const std::vector<std::string>& sentences, std::string_view kind) {
  if (sentences.empty()) return {};
  std::string html = fmt::format("<ul class=\"{}\">\n", kind);
  for (const std::string& each : sentences) html += "<li>" + escaped(each) + "</li>\n";
  return html + "</ul>\n";
}

std::string details_json(const Report& report) {
  std::string json = "[";
  for (std::size_t i = 0; i < report.details.size(); ++i) {
    json +=
        fmt::format(R"({}{{"state":{},"bytes":{}}})", i == 0 ? "" : ",\n",
                    script_string(report.details[i].state), script_string(report.details[i].bytes));
  }
  return json + "]";
}

}  // namespace

std::string to_html(const Report& report) {
  const Drawing drawing = draw_svg(report.ladder);
  std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n";
  html += fmt::format("<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n",
                      escaped(report.title), svg_style(), kStyle);
  html += fmt::format("<header>\n<h1>{}</h1>\n", escaped(report.title));
  html += list_of(report.summary, "summary");
  html += fmt::format("<strong class=\"{0}\">{0}</strong>\n", report.verdict);
  html += list_of(report.findings, "findings");
  html += "</header>\n<main>\n<div id=\"ladder\">\n";
  html += fmt::format(
      "<svg role=\"img\" aria-label=\"ladder\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n{2}</svg>\n",
      drawing.width, drawing.height, drawing.elements);
  const std::size_t last = report.ladder.rows.empty() ? 0 : report.ladder.rows.size() - 1;
  html += fmt::format(
      "</div>\n<aside>\n<label>Position <span id=\"where\"></span>\n"
      "<input id=\"position\" type=\"range\" min=\"0\" max=\"{0}\" value=\"{0}\"></label>\n"
      "<p><kbd>&uarr;</kbd> <kbd>&darr;</kbd> <kbd>PgUp</kbd> <kbd>PgDn</kbd> <kbd>Home</kbd> "
      "<kbd>End</kbd></p>\n<p id=\"state\" aria-live=\"polite\"></p>\n<pre id=\"bytes\" "
      "tabindex=\"0\"></pre>\n</aside>\n</main>\n",
      last);
  html += fmt::format(
      "<script type=\"application/json\" id=\"details\">{}</script>\n<script>{}</script>\n"
      "</body>\n</html>\n",
      details_json(report), kScript);
  return html;
}

}  // namespace lastcall::replay::exports
