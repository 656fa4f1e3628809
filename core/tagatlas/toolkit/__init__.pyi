"""The names of :mod:`tagatlas.toolkit`, for checkers of types."""

from tagatlas.toolkit.addresses import (
    PICTURE_ENDING as PICTURE_ENDING,
)
from tagatlas.toolkit.addresses import (
    PORTRAIT_NAME as PORTRAIT_NAME,
)
from tagatlas.toolkit.addresses import (
    ColumnLooks as ColumnLooks,
)
from tagatlas.toolkit.addresses import (
    column_looks as column_looks,
)
from tagatlas.toolkit.addresses import (
    urls_in as urls_in,
)
from tagatlas.toolkit.addresses import (
    why_no_url as why_no_url,
)
from tagatlas.toolkit.alike import (
    EXACT_IMAGES as EXACT_IMAGES,
)
from tagatlas.toolkit.alike import (
    Neighbours as Neighbours,
)
from tagatlas.toolkit.alike import (
    Vectors as Vectors,
)
from tagatlas.toolkit.alike import (
    components as components,
)
from tagatlas.toolkit.alike import (
    describe_likely as describe_likely,
)
from tagatlas.toolkit.alike import (
    distinct_rows as distinct_rows,
)
from tagatlas.toolkit.alike import (
    image_vectors as image_vectors,
)
from tagatlas.toolkit.alike import (
    likely_nearest_rows as likely_nearest_rows,
)
from tagatlas.toolkit.alike import (
    most_alike as most_alike,
)
from tagatlas.toolkit.alike import (
    similar_by_shard as similar_by_shard,
)
from tagatlas.toolkit.alike import (
    similar_images as similar_images,
)
from tagatlas.toolkit.annotations import (
    Content as Content,
)
from tagatlas.toolkit.annotations import (
    content_as_json as content_as_json,
)
from tagatlas.toolkit.annotations import (
    read_content as read_content,
)
from tagatlas.toolkit.archives import (
    Archive as Archive,
)
from tagatlas.toolkit.archives import (
    archive_contents as archive_contents,
)
from tagatlas.toolkit.archives import (
    is_archive as is_archive,
)
from tagatlas.toolkit.archives import (
    is_junk as is_junk,
)
from tagatlas.toolkit.archives import (
    open_archive as open_archive,
)
from tagatlas.toolkit.archives import (
    pictures_in as pictures_in,
)
from tagatlas.toolkit.archives import (
    tables_in as tables_in,
)
from tagatlas.toolkit.backbones import (
    backbone as backbone,
)
from tagatlas.toolkit.backbones import (
    with_backbone as with_backbone,
)
from tagatlas.toolkit.cells import (
    cell_text as cell_text,
)
from tagatlas.toolkit.cells import (
    cell_texts as cell_texts,
)
from tagatlas.toolkit.cells import (
    safe_cell as safe_cell,
)
from tagatlas.toolkit.cells import (
    safe_cells as safe_cells,
)
from tagatlas.toolkit.clusters import (
    cluster_images as cluster_images,
)
from tagatlas.toolkit.clusters import (
    default_clusterer as default_clusterer,
)
from tagatlas.toolkit.colours import (
    Colour as Colour,
)
from tagatlas.toolkit.colours import (
    cluster_colours as cluster_colours,
)
from tagatlas.toolkit.columns import (
    column_names as column_names,
)
from tagatlas.toolkit.columns import (
    copied_columns as copied_columns,
)
from tagatlas.toolkit.columns import (
    kept_columns as kept_columns,
)
from tagatlas.toolkit.columns import (
    read_columns as read_columns,
)
from tagatlas.toolkit.columns import (
    with_kept_columns as with_kept_columns,
)
from tagatlas.toolkit.documents import (
    is_iiif_document as is_iiif_document,
)
from tagatlas.toolkit.duplicates import (
    CANDIDATE_BITS as CANDIDATE_BITS,
)
from tagatlas.toolkit.duplicates import (
    NEAR_BITS as NEAR_BITS,
)
from tagatlas.toolkit.files import (
    new_folder as new_folder,
)
from tagatlas.toolkit.files import (
    replace_folder as replace_folder,
)
from tagatlas.toolkit.files import (
    write_atomically as write_atomically,
)
from tagatlas.toolkit.images import (
    alpha_of as alpha_of,
)
from tagatlas.toolkit.images import (
    copies_of as copies_of,
)
from tagatlas.toolkit.images import (
    pixels_of as pixels_of,
)
from tagatlas.toolkit.images import (
    plain_colours as plain_colours,
)
from tagatlas.toolkit.images import (
    small_picture as small_picture,
)
from tagatlas.toolkit.images import (
    stands_out as stands_out,
)
from tagatlas.toolkit.images import (
    thumbnail_address as thumbnail_address,
)
from tagatlas.toolkit.images import (
    without_alpha as without_alpha,
)
from tagatlas.toolkit.kernels import (
    kernel as kernel,
)
from tagatlas.toolkit.layouts import (
    move_apart as move_apart,
)
from tagatlas.toolkit.machine import (
    processors as processors,
)
from tagatlas.toolkit.markup import (
    ROWS_AT_ONCE as ROWS_AT_ONCE,
)
from tagatlas.toolkit.markup import (
    edges_as_xml as edges_as_xml,
)
from tagatlas.toolkit.markup import (
    escape_xml as escape_xml,
)
from tagatlas.toolkit.markup import (
    page_head as page_head,
)
from tagatlas.toolkit.networks import (
    IMAGE as IMAGE,
)
from tagatlas.toolkit.networks import (
    TAG as TAG,
)
from tagatlas.toolkit.nodes import (
    cluster_pieces as cluster_pieces,
)
from tagatlas.toolkit.nodes import (
    map_bounds as map_bounds,
)
from tagatlas.toolkit.nodes import (
    node_table as node_table,
)
from tagatlas.toolkit.nodes import (
    web_addresses as web_addresses,
)
from tagatlas.toolkit.nodes import (
    with_cluster_names as with_cluster_names,
)
from tagatlas.toolkit.options import (
    Backbone as Backbone,
)
from tagatlas.toolkit.options import (
    LinksPerNode as LinksPerNode,
)
from tagatlas.toolkit.options import (
    ProjectionSelection as ProjectionSelection,
)
from tagatlas.toolkit.options import (
    ServiceOptions as ServiceOptions,
)
from tagatlas.toolkit.options import (
    TagSelection as TagSelection,
)
from tagatlas.toolkit.options import (
    option_values as option_values,
)
from tagatlas.toolkit.projection import (
    Likeness as Likeness,
)
from tagatlas.toolkit.projection import (
    link_neighbours as link_neighbours,
)
from tagatlas.toolkit.projection import (
    project as project,
)
from tagatlas.toolkit.remote import (
    CHANNEL_OPTIONS as CHANNEL_OPTIONS,
)
from tagatlas.toolkit.remote import (
    call_error as call_error,
)
from tagatlas.toolkit.remote import (
    open_channel as open_channel,
)
from tagatlas.toolkit.scores import (
    row_of_entry as row_of_entry,
)
from tagatlas.toolkit.scores import (
    score_matrix as score_matrix,
)
from tagatlas.toolkit.selection import (
    SelectedTags as SelectedTags,
)
from tagatlas.toolkit.selection import (
    describe_selection as describe_selection,
)
from tagatlas.toolkit.selection import (
    ranked_tags as ranked_tags,
)
from tagatlas.toolkit.selection import (
    select_tags as select_tags,
)
from tagatlas.toolkit.selection import (
    tag_matrix as tag_matrix,
)
from tagatlas.toolkit.selection import (
    with_idf as with_idf,
)
from tagatlas.toolkit.services import (
    base64_text as base64_text,
)
from tagatlas.toolkit.services import (
    http_call_error as http_call_error,
)
from tagatlas.toolkit.services import (
    is_loopback as is_loopback,
)
from tagatlas.toolkit.services import (
    post_json as post_json,
)
from tagatlas.toolkit.services import (
    read_key as read_key,
)
from tagatlas.toolkit.services import (
    retry_after as retry_after,
)
from tagatlas.toolkit.tables import (
    Lines as Lines,
)
from tagatlas.toolkit.tables import (
    Table as Table,
)
from tagatlas.toolkit.tables import (
    is_json_folder as is_json_folder,
)
from tagatlas.toolkit.tables import (
    read_lines as read_lines,
)
from tagatlas.toolkit.tables import (
    read_table as read_table,
)
from tagatlas.toolkit.tables import (
    unique_names as unique_names,
)
from tagatlas.toolkit.vocabulary import (
    Label as Label,
)
from tagatlas.toolkit.vocabulary import (
    Vocabulary as Vocabulary,
)
from tagatlas.toolkit.vocabulary import (
    load_vocabulary as load_vocabulary,
)
from tagatlas.toolkit.web import (
    read_web as read_web,
)
from tagatlas.toolkit.wording import (
    as_shown as as_shown,
)
from tagatlas.toolkit.wording import (
    count as count,
)
from tagatlas.toolkit.wording import (
    encodable as encodable,
)
from tagatlas.toolkit.wording import (
    one_line as one_line,
)
from tagatlas.toolkit.wording import (
    shown as shown,
)
from tagatlas.toolkit.wording import (
    shown_columns as shown_columns,
)
from tagatlas.toolkit.wording import (
    suggestion as suggestion,
)
from tagatlas.toolkit.wording import (
    without_queries as without_queries,
)

__all__: list[str]
