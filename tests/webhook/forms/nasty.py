"""Text that leads form parsers astray, for hypothesis: the form's own lines, and Markdown that hides what follows."""

from __future__ import annotations

from hypothesis import strategies as st

from webhook.forms.description import FormDescription

TROUBLE = (
    "```", "~~~", "````", "```shell", "   ```", "    ```", "<!--", "-->", "<pre>", "</pre>", "<script>", "</script>",
    "<?", "<![CDATA[", "]]>", "<div>", "</div>", "<details>", "<a href='", "> ", ">", "> ```", "- ", "- - - - - x",
    "1. " * 12 + "x", "    indented", "\tindented", "---", "===", "***", "[a]: /b", "[a]: /b 'title", "\\", "\x00",
    "| a |\n|---|", "$$", "", "", " ", "\u2028", "\x0b", "\x0c", "\x85", "\ufeff", "_No response_", "None", "text",
    "/confidential", "/label ~x", "&#35;", "> > > " * 8 + "x",
)  # fmt: skip


def nasty(form: FormDescription) -> st.SearchStrategy[str]:
    """What a reporter with bad luck or bad will types into a free field of the form."""
    labels = [field.label for field in form.fields]
    options = [option for field in form.fields for option in field.options]
    own = [line for label in labels for line in _headings(label)]
    own += [line for option in options for line in (option, f"- [x] {option}", f"- [ ] {option}", f"* [X] {option}")]
    whole = [f"{mark} {label}\n\n{option}" for mark in ("###", "##") for label in labels for option in options[:6]]
    line = st.sampled_from([*TROUBLE]) | st.sampled_from(own) | st.sampled_from(whole) | st.text(max_size=8)
    ends = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\r"])
    return st.lists(st.tuples(line, ends), max_size=12).map(lambda parts: "".join(a + b for a, b in parts))


def _headings(label: str) -> list[str]:
    return [
        f"### {label}",
        f"## {label}",
        f"\n\n### {label}\n\n",
        f"\n\n## {label}\n\n",
        f"### {label} ###",
        f"   ### {label}",
        f"    ### {label}",
        f"> ### {label}",
        f"- ### {label}",
        f"###\t{label}",
        f"#### {label}",
        f"### {label.upper()}",
        f"{label}\n---",
        f"### \\{label}",
        f"### **{label}**",
    ]
