"""Keyboard layouts: a text typed while another layout was on (Rbtd for Киев, Лншм for Kyiv)."""

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
_LAYOUTS = (
    "йцукенгшщзхїфівапролджєячсмитьбю'ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮ'",
    "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ",
)
_TABLES = (
    *(str.maketrans(_LATIN, layout) for layout in _LAYOUTS),
    *(str.maketrans(layout, _LATIN) for layout in _LAYOUTS),
)


def retype(text: str) -> tuple[str, ...]:
    """Return what the same keys give in the other layouts, without the text itself."""
    texts = (text.translate(table) for table in _TABLES)
    return tuple(dict.fromkeys(typed for typed in texts if typed != text))
