"""porism's algorithms as scikit-learn estimators: ``from porism.sklearn import KMedoids, SubmodularSelector``.

They keep to scikit-learn's conventions, and work with data frames and in pipelines.
"""

from porism.optional import require

require("sklearn", "sklearn")

from porism.sklearn._k_medoids import KMedoids  # noqa: E402
from porism.sklearn._submodular import SubmodularSelector  # noqa: E402

__all__ = ["KMedoids", "SubmodularSelector"]
